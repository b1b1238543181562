"""`run_weekly` and its steps: `research`, `pm_pitches`, `peer_review`, `chairman`, `execute`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from config.terminal import show, spending, week_reports
from config.terminal.options import Json, ProfileName, Store, Week
from config.terminal.research_jobs import decide_job
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.desk.past_week import settle_first_session
from core.desk.stages import STEPS, refuse_gap
from core.desk.weekly import LAST_STAGE, WeekRun, run_week
from core.errors import BadInput

verbs = typer.Typer()


@verbs.command("run_weekly")
def run_weekly(
    context: typer.Context,
    week: Week = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Run the week, or what is left of it: research to execution."""
    _run_until(Opened(Faces.of(context), store, profile, week), LAST_STAGE, as_json=json)


@verbs.command("research")
def research(
    context: typer.Context,
    adopt_job: Annotated[
        str | None,
        typer.Option("--adopt-job", metavar="PACK=ID", help="Go on with this job of the vendor."),
    ] = None,
    abandon_job: Annotated[
        str | None, typer.Option("--abandon-job", metavar="PACK", help="Give the lost job up.")
    ] = None,
    week: Week = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Freeze the snapshot and write both research packs.

    A paid job whose id was lost in a crash waits until you adopt it by its id or abandon it.
    """
    if adopt_job or abandon_job:
        opened = Opened(Faces.of(context), store, profile, week)
        said = decide_job(opened.desk, opened.week, adopt_job, abandon_job)
        show.as_json({"said": said}) if json else show.line(said)
        return
    _run_until(Opened(Faces.of(context), store, profile, week), "research_b", as_json=json)


def _step(until: str, after: str) -> Callable[..., None]:
    """A verb that advances the week to a stage whose forerunner must be done."""

    def step(
        context: typer.Context,
        week: Week = None,
        store: Store = None,
        profile: ProfileName = None,
        json: Json = False,
    ) -> None:
        opened = Opened(Faces.of(context), store, profile, week)
        _run_until(opened, until, as_json=json, after=after)

    return step


for name, until, after, told in (
    (
        "pm_pitches",
        "pitch",
        "research_b",
        "Ask every portfolio manager for its pitch (after `research`).",
    ),
    (
        "peer_review",
        "peer_review",
        "pitch",
        "Let the managers review each other anonymously (after `pm_pitches`).",
    ),
    (
        "chairman",
        "chairman",
        "peer_review",
        "Let the blind chairman decide (after `peer_review`).",
    ),
):
    verbs.command(name, help=told)(_step(until, after))


@verbs.command("execute")
def execute(
    context: typer.Context,
    all_accounts: Annotated[bool, typer.Option("--all-accounts", help="All six accounts.")] = False,
    week: Week = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Apply the limits, plan the orders and send them (after `chairman`)."""
    if not all_accounts:
        raise BadInput("execute trades every account of the week: say so with --all-accounts")
    _run_until(
        Opened(Faces.of(context), store, profile, week), LAST_STAGE, as_json=json, after="chairman"
    )


def _run_until(opened: Opened, until: str, *, as_json: bool, after: str | None = None) -> WeekRun:
    """Advance the week to a stage and report it; ``after`` is the stage that must be done before."""
    if after is not None:
        refuse_gap(opened.store, opened.week, after)
    expected = spending.estimate_line(opened.settings, opened.store, opened.week)
    if expected is not None and not as_json:
        show.line(expected)
    with show.stages(len(STEPS), quiet=as_json, board=opened.board) as progress:
        done = asyncio.run(run_week(opened.desk, opened.week, progress, until))
    if done.completed:
        settle_first_session(opened.desk, opened.week)
    week_reports.week_run(done, as_json=as_json)
    return done
