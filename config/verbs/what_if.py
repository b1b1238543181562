"""`rerun` and `replay`: a week again, under other settings or from its own answers."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from config.terminal import show, week_reports
from config.terminal.app import FAILURE
from config.terminal.options import Json, OneWeek, ProfileName, Store
from config.terminal.replays import replayed
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.desk.replay import replay as replay_week
from core.desk.rerun import rerun as rerun_week
from core.desk.stages import STEPS
from core.desk.summary import official_context
from core.overrides import parse_overrides

verbs = typer.Typer()


@verbs.command("rerun")
def rerun(
    context: typer.Context,
    from_stage: Annotated[
        str, typer.Option("--from", help="The first stage to run anew, e.g. pitch.")
    ],
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE, e.g. pm.grok.model=x-ai/grok-5.")
    ] = None,
    week: OneWeek = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """A what-if: the week again from a stage on, under other settings; it never trades."""
    opened = Opened(Faces.of(context), store, profile, week, reading=True)
    overrides = parse_overrides(sets or [])
    with show.stages(len(STEPS), quiet=json, board=opened.board) as progress:
        done = asyncio.run(rerun_week(opened.desk, opened.week, from_stage, overrides, progress))
    week_reports.rerun(done, official_context(opened.store, opened.week), as_json=json)


@verbs.command("replay")
def replay(
    context: typer.Context,
    week: OneWeek = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Do a week again from recorded answers and compare every event."""
    opened = Opened(Faces.of(context), store, profile, week, reading=True)
    build = Faces.of(context).wiring.scratch_desk(opened.settings, opened.store)
    report = asyncio.run(replay_week(opened.store, opened.week, build))
    replayed(report, f"week {report.week_id}", as_json=json)
    if not report.identical:
        raise typer.Exit(FAILURE)
