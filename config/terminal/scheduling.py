"""`scheduler …`: who leads, what comes, what was asked for, and a person's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from orjson import loads

from config.terminal import show
from core.clock import SystemClock, in_new_york
from core.commands import cancel_job, run_job
from core.desk import scheduling
from core.errors import BadInput
from core.ports import TradingCalendar
from core.tracing import traced
from core.types import StoreKind, week_of
from storage import jobs as commands
from storage.event_store import SqlEventStore
from storage.leases import leader_of
from storage.queries import StoreReader
from storage.queries.desk import desk_facts
from storage.queries.jobs import JobLine, recent_jobs
from storage.queries.schedule import coming_slots, ended_slots, pause

SHOWN = 12
NOBODY = "nobody leads: start the scheduler with `cli.py up` or `python scheduler.py`"


def status(store: SqlEventStore, now: datetime, *, as_json: bool) -> None:
    """Leader, pause, the coming slots in New York's time, the last ones with their lateness."""
    reader, leader = StoreReader(store.engine), leader_of(store.engine)
    stopped = pause(reader)
    coming, ended = coming_slots(reader, now, SHOWN), ended_slots(reader, SHOWN)
    if as_json:
        show.as_json(
            {
                "leader": None if leader is None else asdict(leader),
                "pause": None if stopped is None else asdict(stopped),
                "coming": [asdict(slot) for slot in coming],
                "ended": [asdict(slot) for slot in ended],
            }
        )
        return
    if leader is None:
        show.line(NOBODY)
    else:
        state = "" if leader.alive else ", SILENT since"
        beat = f"{in_new_york(leader.heartbeat_at):%H:%M:%S} New York"
        show.line(f"{leader.holder} leads (token {leader.token}{state}, last sign {beat})")
    if stopped is not None:
        show.line(f"PAUSED by {stopped.by} since {_new_york(stopped.since)}: {stopped.reason}")
    rows = [(_new_york(one.at), one.slot, _tried(one.attempts, one.tried)) for one in coming]
    if rows:
        show.table(("next, New York", "slot", "tried"), rows)
    else:
        show.line("nothing is planned: the scheduler plans a week ahead once it leads")
    facts = desk_facts(reader)
    lived = facts is None or facts.kind is StoreKind.REAL  # play is lived long after its instants
    ends = [
        (_new_york(one.at), one.slot, one.outcome, _late(one.late_s) if lived else "", one.detail)
        for one in ended
    ]
    if ends:
        show.table(("last, New York", "slot", "result", "ended after", "why"), ends)
    else:
        show.line("no slot has ended yet")


def jobs(store: SqlEventStore, count: int, *, as_json: bool) -> None:
    found = recent_jobs(StoreReader(store.engine), count)
    if as_json:
        show.as_json([asdict(one) for one in found])
    elif not found:
        show.line("no job was ever asked for")
    else:
        heads = ("asked, New York", "job", "by", "state", "how far", "what came of it")
        show.table(heads, [_job_row(one) for one in found])


def ask(store: SqlEventStore, name: str, fields: Sequence[str], by: str, *, as_json: bool) -> None:
    """A job by its kind and NAME=VALUE fields; the current week where a week is needed."""
    command = run_job(name, **_with_week(name, _fields(fields)))
    with traced():
        asked = commands.enqueue(store, command, by, SystemClock())
    if as_json:
        show.as_json(asked.model_dump(mode="json"))
        return
    leader = leader_of(store.engine)
    waits = "" if leader is not None and leader.alive else f"; {NOBODY}"
    show.line(f"asked for {asked.key} (request {asked.request}){waits}")


def cancel(store: SqlEventStore, key: str, by: str) -> None:
    state = commands.cancel_job(store, cancel_job(key), by, SystemClock())
    show.line(f"{state.key}: {state.status}")


def pause_now(store: SqlEventStore, by: str, reason: str) -> None:
    scheduling.pause(store, by, reason, SystemClock().now())
    show.line("paused: nothing more begins until `scheduler resume`")


def resume_now(store: SqlEventStore, by: str) -> None:
    scheduling.resume(store, by, SystemClock().now())
    show.line("the scheduler works again")


def market(calendar: TradingCalendar, now: datetime, *, as_json: bool) -> None:
    """Open or closed, and the next session's hours."""
    today = in_new_york(now).date()
    session = calendar.session_on_or_after(today)
    if now >= calendar.session_close(session):
        session = calendar.session_on_or_after(session + timedelta(days=1))
    opens, closes = calendar.session_open(session), calendar.session_close(session)
    is_open = opens <= now < closes
    if as_json:
        show.as_json({"open": is_open, "session": session, "opens": opens, "closes": closes})
        return
    hours = f"{in_new_york(opens):%H:%M} to {in_new_york(closes):%H:%M} New York"
    show.line(f"the exchange is {'open' if is_open else 'closed'}; session {session}, {hours}")


def _fields(words: Sequence[str]) -> Mapping[str, object]:
    fields: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise BadInput(f"{word!r} is not NAME=VALUE: write e.g. week_id=2026-11-18")
        fields[name] = _value(name, value)
    return fields


def _value(name: str, text: str) -> object:
    if name != "overrides":
        return int(text) if name == "seed" and text.isdigit() else text
    try:
        return loads(text)
    except ValueError as error:
        raise BadInput(
            f'overrides is a JSON object, e.g. {{"pm.grok.model": "…"}}: {error}'
        ) from error


WEEKLY = {"weekly", "stage", "rerun", "postmortem", "replay", "export"}


def _with_week(name: str, fields: Mapping[str, object]) -> dict[str, object]:
    if name not in WEEKLY or "week_id" in fields:
        return dict(fields)
    return {**fields, "week_id": week_of(_today())}


def _today() -> date:
    return in_new_york(SystemClock().now()).date()


def _job_row(one: JobLine) -> tuple[str, ...]:
    far = f"{one.done}/{one.total} {one.step}" if one.total else ""
    return (_new_york(one.requested_at), one.key, one.requested_by, one.status, far, one.detail)


def _tried(attempts: int, why: str) -> str:
    return f"{attempts}x, {why}" if attempts else ""


def _late(seconds: float) -> str:
    return f"{seconds:.0f} s" if abs(seconds) < 5_400 else f"{seconds / 3600:.1f} h"


def _new_york(at: datetime) -> str:
    return f"{in_new_york(at):%a %Y-%m-%d %H:%M}"
