"""The command line: the desk's verbs for a terminal. `cli.py --help` lists them."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.binding import refuse_open_binding
from config.listening import LOCALHOST, refuse_port_in_use
from config.passwords import load_passwords
from config.settings import PROJECT_ROOT, Settings, load_settings
from config.terminal import backup as keeping
from config.terminal import doctor as doctor_checks
from config.terminal import doctor_live, initialise, options, reports, show, spending, web
from config.terminal import reconcile as reconciliation
from config.terminal.alerts import alert_checks
from config.terminal.app import FAILURE, BothSpellings, run
from config.terminal.doctor import Check, database_of
from config.terminal.options import Json, OneWeek, ProfileName, Seed, Store, Week
from config.terminal.research_jobs import decide_job
from config.terminal.silence import watch_quietly
from config.verbs import access as access_verbs
from config.verbs import alerts as alerts_verbs
from config.verbs import approval as approval_verbs
from config.verbs import scheduler as scheduler_verbs
from config.verbs import trading as trading_verbs
from config.verbs.faces import Faces
from config.wiring import (
    MEMORY,
    broker_of,
    build_desk,
    calendar,
    open_configured,
    open_store,
    scratch_desk,
    secrets_of,
)
from core.call_board import CallBoard
from core.clock import FixedClock, SystemClock, at_new_york, in_new_york
from core.desk import slot_log
from core.desk.conversation import ask_council
from core.desk.demo import demo_range
from core.desk.desk import Desk
from core.desk.opening import configured, refuse_other_kind
from core.desk.past_slots import checkpoint_slots, run_past_slots
from core.desk.past_week import is_past, settle_first_session, start_of
from core.desk.postmortem import PROVISIONAL, compare
from core.desk.replay import replay as replay_week
from core.desk.rerun import rerun as rerun_week
from core.desk.simulation import simulate as simulate_range
from core.desk.slots import Slot
from core.desk.stages import STEPS, refuse_gap
from core.desk.summary import last_postmortem, official_context, week_summary
from core.desk.summary_text import summary_markdown
from core.desk.weekly import LAST_STAGE, WeekRun, run_week
from core.errors import BadInput, StoreError
from core.overrides import parse_overrides
from core.types import StoreKind, WeekId
from pages.report.render import render_report
from storage.anchors import anchor_file, write_anchor
from storage.engine import is_missing
from storage.event_store import SqlEventStore
from storage.export import export_week
from storage.queries import StoreReader
from storage.queries.costs import week_costs
from storage.verification import verify as verify_store

DEMO_WEEKS = 26
app = typer.Typer(cls=BothSpellings, no_args_is_help=True, add_completion=False)
"""Every command; errors are one line on standard error, exit code 1 or, asked wrongly, 2."""


def settings_of(store: str | None, profile: str | None) -> Settings:
    return load_settings(store=store, profile=options.profile(profile))


def existing(store: str | None, profile: str | None = None) -> tuple[Settings, SqlEventStore]:
    """An open store that is there; BadInput for a file nobody has made: reading makes none."""
    settings = settings_of(store, profile)
    if is_missing(settings.database_url.get_secret_value()):
        raise BadInput(
            f"there is no store at {settings.store_shown}: `run_weekly`, `simulate` or `demo` "
            "makes one, --store URL names another"
        )
    return open_configured(store, options.profile(profile))


def kind_of(opened: SqlEventStore) -> StoreKind:
    """What a store is; one that was never configured becomes a real desk's."""
    known = configured(opened)
    return known.kind if known is not None else StoreKind.REAL


class Opened:
    """An open store with its desk; a week that is over is lived as of its own Wednesday."""

    def __init__(
        self,
        store: str | None,
        profile: str | None,
        week: str | None = None,
        *,
        reading: bool = False,
    ) -> None:
        asked = options.profile(profile)
        found = existing(store, asked) if reading else open_configured(store, asked)
        self.settings, self.store = found
        self._reading = reading
        self.board = CallBoard()
        self.now = SystemClock().now()
        self.week: WeekId = options.week(week, self.now)
        past = is_past(self.week, self.now)
        schedule = self.settings.policy.schedule
        self.desk = self.desk_at(start_of(schedule, calendar(), self.week) if past else None)

    def desk_at(self, instant: datetime | None) -> Desk:
        """The desk as of an instant of the past, now by default."""
        known = configured(self.store)
        kind = known.kind if known is not None else StoreKind.REAL
        broker = broker_of(self.settings, kind)
        if instant is not None and broker != "simulated" and not self._reading:
            raise BadInput(
                f"{in_new_york(instant):%Y-%m-%d} is over, and {broker} trades only now: live past "
                "weeks with `simulate`, in a store of their own"
            )
        clock = None if instant is None else FixedClock(instant)
        return build_desk(self.settings, self.store, kind=kind, clock=clock, heard=self.board)


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
    reports.week_run(done, as_json=as_json)
    return done


@app.command("run_weekly")
def run_weekly(
    week: Week = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """Run the week, or what is left of it: research to execution."""
    _run_until(Opened(store, profile, week), LAST_STAGE, as_json=json)


@app.command("research")
def research(
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
        opened = Opened(store, profile, week)
        said = decide_job(opened.desk, opened.week, adopt_job, abandon_job)
        show.as_json({"said": said}) if json else show.line(said)
        return
    _run_until(Opened(store, profile, week), "research_b", as_json=json)


@app.command("pm_pitches")
def pm_pitches(
    week: Week = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """Ask every portfolio manager for its pitch (after `research`)."""
    _run_until(Opened(store, profile, week), "pitch", as_json=json, after="research_b")


@app.command("peer_review")
def peer_review(
    week: Week = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """Let the managers review each other anonymously (after `pm_pitches`)."""
    _run_until(Opened(store, profile, week), "peer_review", as_json=json, after="pitch")


@app.command("chairman")
def chairman(
    week: Week = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """Let the blind chairman decide (after `peer_review`)."""
    _run_until(Opened(store, profile, week), "chairman", as_json=json, after="peer_review")


@app.command("execute")
def execute(
    all_accounts: Annotated[bool, typer.Option("--all-accounts", help="All six accounts.")] = False,
    week: Week = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Apply the limits, plan the orders and send them (after `chairman`)."""
    if not all_accounts:
        raise BadInput("execute trades every account of the week: say so with --all-accounts")
    _run_until(Opened(store, profile, week), LAST_STAGE, as_json=json, after="chairman")


@app.command("checkpoint")
def checkpoint(
    time: Annotated[str | None, typer.Option("--time", help="HH:MM, New York.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All checkpoints of the day.")] = False,
    on: Annotated[str | None, typer.Option("--date", help="A session; default: today.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Keep, reduce, flip or exit from what was frozen; never from new research."""
    if every == (time is not None):
        raise BadInput("checkpoint needs either --time HH:MM or --all")
    asked = options.day(on, "--date") if on else None
    opened = Opened(store, profile)
    today = in_new_york(opened.now).date()
    session = asked or today
    times = opened.settings.policy.schedule.checkpoints
    labels = None if time is None else {f"{options.wall(time, times):%H:%M}"}
    desk = opened.desk_at(at_new_york(session, times[0]) if session < today else None)
    outcomes = asyncio.run(run_past_slots(desk, checkpoint_slots(desk, session, labels)))
    if not reports.slots(opened.store, outcomes, as_json=json):
        raise typer.Exit(FAILURE)


@app.command("reconcile")
def reconcile(
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="ACCOUNT", help="Take the broker's cash as right."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is accepted.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Compare the broker's accounts with the ledger: orders, fills, positions, cash."""
    lines, fine = reconciliation.run(Opened(store, profile).desk, accept, reason)
    show.as_json({"agrees": fine, "said": lines}) if json else show.line("\n".join(lines))
    if not fine:
        raise typer.Exit(FAILURE)


@app.command("postmortem")
def postmortem(
    week: OneWeek = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """Compare the accounts over a week: the written one, or how it stands now."""
    opened = Opened(store, profile, week, reading=True)
    report = last_postmortem(opened.store, opened.week) or compare(
        opened.desk, opened.week, PROVISIONAL, opened.now
    )
    reports.postmortem(report, as_json=json)


@app.command("summary")
def summary(
    week: OneWeek = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """A week in Markdown, for chat."""
    opened = Opened(store, profile, week, reading=True)
    found = week_summary(opened.store, opened.settings.policy, opened.week)
    show.as_json(found) if json else show.line(summary_markdown(found))


@app.command("report")
def report(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: week_YYYY-MM-DD.html.")
    ] = None,
    week: OneWeek = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """A week as one HTML file to read, print or send: nothing else is needed to show it."""
    _, opened = existing(store)
    asked = options.week(week, SystemClock().now())
    html = render_report(StoreReader(opened.engine), asked)
    reports.written(output or Path(f"week_{asked}.html"), asked, html, as_json=json)


@app.command("rerun")
def rerun(
    from_stage: Annotated[str, typer.Option("--from", help="The first stage to run anew.")],
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE, e.g. pm.grok.model=x-ai/grok-5.")
    ] = None,
    week: OneWeek = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """A what-if: the week again from a stage on, under other settings; it never trades."""
    opened = Opened(store, profile, week, reading=True)
    overrides = parse_overrides(sets or [])
    with show.stages(len(STEPS), quiet=json, board=opened.board) as progress:
        done = asyncio.run(rerun_week(opened.desk, opened.week, from_stage, overrides, progress))
    reports.rerun(done, official_context(opened.store, opened.week), as_json=json)


@app.command("replay")
def replay(
    week: OneWeek = None, store: Store = None, profile: ProfileName = None, json: Json = False
) -> None:
    """Do a week again from recorded answers and compare every event."""
    opened = Opened(store, profile, week, reading=True)
    build = scratch_desk(opened.settings, opened.store)
    report = asyncio.run(replay_week(opened.store, opened.week, build))
    reports.replay(report, as_json=json)
    if not report.identical:
        raise typer.Exit(FAILURE)


@app.command("council")
def council(
    question: Annotated[str, typer.Argument(help="Any question.")],
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Ask the bare council: answers, anonymous rankings, a synthesis."""
    opened = Opened(store, profile)
    with show.stages(3, quiet=json, board=opened.board) as progress:
        context = asyncio.run(ask_council(opened.desk, question, progress))
    reports.council(context, as_json=json)


@app.command("simulate")
def simulate(
    start: Annotated[str, typer.Option("--start", help="First day, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option("--end", help="Last day, YYYY-MM-DD.")],
    seed: Seed = 7,
    store: Store = None,
    profile: ProfileName = "rules",
    json: Json = False,
) -> None:
    """Live many weeks of past prices in a store of their own; run again, it resumes."""
    first, last = options.day(start, "--start"), options.day(end, "--end")
    if last < first:
        raise BadInput(f"--end {last} lies before --start {first}: swap them")
    if last > in_new_york(SystemClock().now()).date():
        raise BadInput(f"--end {last} is in the future: prices end today")
    settings = settings_of(store or f"runs/simulation-{first}-{last}-{seed}.db", profile)
    if _simulate(settings, StoreKind.SIMULATION, (first, last), seed=seed, as_json=json):
        raise typer.Exit(FAILURE)


def _simulate(
    settings: Settings, kind: StoreKind, days: tuple[date, date], *, seed: int, as_json: bool
) -> int:
    """Live these days; returns how many slots failed."""
    opened = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(at_new_york(days[0], settings.policy.schedule.postmortem))
    desk = build_desk(settings, opened, kind=kind, clock=clock, seed=seed)
    with desk.lock.hold("scheduler"), show.bar(kind.lower()) as (shown, task):

        def progress(slot: Slot, number: int, total: int) -> None:
            shown.update(task, completed=number, total=total, description=f"week {slot.week_id}")

        report = asyncio.run(simulate_range(desk, *days, progress))
    failed = slot_log.failures(opened) if report.failed else []
    reports.simulation(report, settings.store_shown, failed, as_json=as_json)
    opened.close()
    return report.failed


@app.command("demo")
def demo(
    weeks: Annotated[int, typer.Option("--weeks", min=DEMO_WEEKS, max=260)] = DEMO_WEEKS,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only fill an empty one.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Fill the demonstration desk: the newest weeks, by rules, in a store of its own."""
    settings = settings_of(store, "rules")
    settings = settings_of(store or settings.paths.demo_store, "rules")
    _demo(settings, weeks, if_empty=if_empty, as_json=json)


def _demo(settings: Settings, weeks: int, *, if_empty: bool, as_json: bool) -> None:
    opened = open_store(settings)
    refuse_other_kind(opened, StoreKind.DEMO)
    now, newest = SystemClock().now(), slot_log.newest_finished(opened)
    desk = build_desk(settings, opened, kind=StoreKind.DEMO)
    days = demo_range(desk.market, desk.calendar, now, weeks)
    opened.close()
    if newest is not None and if_empty:
        if newest.session >= days[1]:
            reports.demo_is_there(settings.store_shown, as_json=as_json)
            return
        days = newest.session, days[1]  # live the days since, as they would have been
    _simulate(settings, StoreKind.DEMO, days, seed=desk.seed, as_json=as_json)


@app.command("costs")
def costs(week: OneWeek = None, store: Store = None, json: Json = False) -> None:
    """What a week's calls cost: by stage and model, and where each figure comes from."""
    settings, opened = existing(store)
    asked = options.week(week, SystemClock().now())
    spending.costs(settings, week_costs(StoreReader(opened.engine), asked), as_json=json)


@app.command("verify")
def verify(
    anchor: Annotated[Path | None, typer.Option("--anchor", help="A file of anchors.")] = None,
    write: Annotated[bool, typer.Option("--write-anchor", help="Anchor every head now.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Walk every hash chain; with an anchor also prove that no tail was cut off."""
    settings, opened = existing(store)
    begins = write and anchor is not None and not anchor.exists()
    result = verify_store(opened, None if begins else anchor)
    if write and result.ok:
        write_anchor(opened, _anchor_path(settings, opened, anchor), SystemClock())
    show.as_json(asdict(result)) if json else show.line(result.message)
    if not result.ok:
        raise typer.Exit(FAILURE)


def _anchor_path(settings: Settings, opened: SqlEventStore, given: Path | None) -> Path:
    found = given or anchor_file(opened.engine, settings.paths.runs)
    if found is None:
        raise BadInput("this store has no file beside it: say where with --anchor FILE")
    return found


@app.command("rebuild")
def rebuild(store: Store = None, json: Json = False) -> None:
    """Drop every read model and make it anew from the events."""
    _, opened = existing(store)
    events = opened.rebuild()
    names = [projection.name for projection in opened.projections]
    if json:
        show.as_json({"events": events, "projections": names})
    else:
        show.line(f"{len(names)} read models rebuilt from {events} events")


@app.command("export")
def export(
    folder: Annotated[Path | None, typer.Argument(help="Default: runs/week_YYYY-MM-DD/.")] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Only the raw calls, as one archive that proves itself.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check such an archive.")] = False,
    week: OneWeek = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """A week as files: raw/, normalized/, events.sqlite."""
    if check:
        asked = options.week(week, SystemClock().now())
        archives = folder or settings_of(store, None).paths.runs / "archive"
        keeping.check_archive(asked, archives, as_json=json)
        return
    opened = Opened(store, None, week, reading=True)
    if raw:
        archives = folder or opened.settings.paths.runs / "archive"
        keeping.archive_raw(opened.store, opened.week, archives, as_json=json)
        return
    target = folder or opened.settings.paths.runs / f"week_{opened.week}"
    events = export_week(opened.store, opened.week, target)
    if json:
        show.as_json({"week_id": opened.week, "events": events, "folder": str(target)})
    else:
        show.line(f"week {opened.week}: {events} events exported to {target}")


@app.command("backup")
def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="A new file, or a folder; default: runs/backups/.")
    ] = None,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Once a day; the oldest of its own are removed.")
    ] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Copy the store while it is in use: one file, and a manifest that says what it holds."""
    settings, opened = existing(store)
    kind = kind_of(opened)
    make = keeping.make_nightly if nightly else keeping.make_backup
    target = to or keeping.backup_folder(settings, kind)
    make(opened, target, SystemClock().now(), as_json=json)


@app.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Its manifest lies beside it.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a store anew from a backup, proven by its chains; only where there is none yet."""
    settings = settings_of(store, None)
    whole = keeping.restore_backup(
        source, settings, lambda url: open_store(settings, url), as_json=json
    )
    if not whole:
        raise typer.Exit(FAILURE)


@app.command("doctor")
def doctor(
    live: Annotated[
        bool, typer.Option("--live", help="Ask every key the cheapest question there is.")
    ] = False,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """What works and what does not, and where every effective value came from."""
    settings, opened, database = _looked_at(store, profile)
    found = list(doctor_checks.checks(settings, lambda: build_desk(settings, opened), database))
    found += alert_checks(settings)
    now = SystemClock().now()
    found.append(keeping.backup_check(settings, opened, kind_of(opened), now))
    if live:
        found += list(doctor_live.checks(settings, secrets_of(settings), opened))
    reports.doctor(found, settings, as_json=json)
    if not all(check.ok for check in found):
        raise typer.Exit(FAILURE)


def _looked_at(store: str | None, profile: str | None) -> tuple[Settings, SqlEventStore, Check]:
    """The store and what is to be said of it; an empty one in memory where it cannot be opened."""
    settings = settings_of(store, profile)
    missing = is_missing(settings.database_url.get_secret_value())
    try:
        if not missing:
            settings, opened = open_configured(store, options.profile(profile))
            return settings, opened, Check("database", ok=True, detail=database_of(opened.engine))
        why = f"no store at {settings.store_shown} yet: `run_weekly` makes it"
    except StoreError as error:
        why = str(error)
    return settings, open_store(settings, MEMORY), Check("database", ok=missing, detail=why)


@app.command("init")
def init(
    profile: ProfileName = None,
    broker: Annotated[
        str | None, typer.Option("--broker", help="simulated, alpaca or alpaca_mcp (paper).")
    ] = None,
    openrouter_key: Annotated[
        str | None, typer.Option("--openrouter-key", help="Better asked for than typed here.")
    ] = None,
    market_data_dir: Annotated[
        str | None, typer.Option("--market-data-dir", help="A folder of daily bars.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Profile local: the server's address.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Profile local: the model it serves.")
    ] = None,
    approval: Annotated[
        str | None,
        typer.Option("--approval", help="auto, or manual: a week's orders wait for your word."),
    ] = None,
    store: Store = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace values in .env.")] = False,
) -> None:
    """From the demonstration to your own desk: writes .env, the profile and the broker.

    On a terminal it asks for what no option says; elsewhere that is left as it is by default.
    """
    root = settings_of(None, None).paths.root
    asks = sys.stdin.isatty()
    address = "DATABASE_URL" if "://" in (store or "") else "DATABASE_PATH"
    variables = {
        "OPENROUTER_API_KEY": openrouter_key,
        "MARKET_DATA_DIR": market_data_dir,
        address: store,
    }
    asked = options.profile(profile)
    given = initialise.Given(asked, broker, variables, base_url, model, approval)
    choices = initialise.complete(given, asks=asks)
    for file in initialise.write(root, choices, overwrite=overwrite):
        show.line(f"wrote {file.relative_to(root)}")
    orders = "the simulated broker" if choices.broker == "simulated" else "Alpaca paper accounts"
    word = ", each week after your word (`approve`)" if choices.approval == "manual" else ""
    show.line(f"Orders go to {orders}{word}. Next: `cli.py doctor --live`, then `cli.py up`.")


@app.command("up")
def up(
    demo: Annotated[bool, typer.Option("--demo", help="The demonstration desk, by rules.")] = False,
    address: Annotated[
        str, typer.Option("--address", help="Where the pages listen; 0.0.0.0 is every network.")
    ] = LOCALHOST,
    public_read_only: Annotated[
        bool,
        typer.Option("--public-read-only", help="Everybody reads; only a login steers."),
    ] = False,
    store: Store = None,
) -> None:
    """Start the scheduler and the web app together; Ctrl-C stops both.

    Without --store and without a .env (see `init`) it shows the demonstration desk. Where a network
    reaches the pages it needs a password (`password`), an identity provider or --public-read-only.
    """
    if public_read_only:
        os.environ["PUBLIC_READ_ONLY"] = (
            "true"  # for the web app it starts, as well as for this look
        )
    settings = settings_of(store, None)
    passwords = bool(load_passwords(settings))
    refuse_open_binding(address, settings.access, passwords=passwords)
    refuse_port_in_use(settings.ports.web, "PORT_BACKEND", address)
    web.refuse_missing("streamlit", "schedule")
    if store is None and (demo or not settings.paths.env_file.exists()):
        settings = settings_of(settings.paths.demo_store, "rules")
        if is_missing(settings.database_url.get_secret_value()):
            _demo(settings, DEMO_WEEKS, if_empty=True, as_json=False)
    url = settings.database_url.get_secret_value()
    processes = web.commands(PROJECT_ROOT, settings.ports.web, [], address)
    shown = f"http://{web.reached_at(address)}:{settings.ports.web}"
    show.line(f"starting on store {settings.store_shown}")
    opened = open_store(settings)
    web.supervise(
        processes,
        PROJECT_ROOT,
        url,
        ready=lambda: show.line(f"ready: {shown}"),
        watch=lambda: watch_quietly(settings, opened),
    )


def _desk_now(settings: Settings, opened: SqlEventStore) -> Desk:
    return build_desk(settings, opened, kind=kind_of(opened))


for _group in (approval_verbs, scheduler_verbs, trading_verbs, alerts_verbs, access_verbs):
    _group.add(app, Faces(existing, _desk_now))


if __name__ == "__main__":
    sys.exit(run(app, sys.argv[1:]))
