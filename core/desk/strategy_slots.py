"""What a strategy of cycles has to do on a session: discover, look for moves, run cycles, settle, mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core.clock import at_new_york, from_iso, in_new_york
from core.desk.desk import Desk
from core.desk.slots import CLOSE, MARK_AFTER_CLOSE, OPEN, Job, Slot
from core.desk.strategy_ports import Strategy
from core.desk.strategy_switch import SWITCHES, is_on, strategy_stream
from core.ports import TradingCalendar
from core.strategy import StrategySpec
from core.types import week_of

ALSO_WHILE_OFF = (Job.CYCLE_FILLS, Job.CYCLE_MARK)
ALWAYS, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
AFTER_THE_COUNCIL = timedelta(minutes=1)
"""The council's own slot of the same kind comes first."""
FILLS_AFTER = timedelta(minutes=6)
LOOK_AFTER = timedelta(minutes=8)
"""After the open's own fills are booked: a round knows what is held."""
FOLLOWED_AFTER = timedelta(minutes=3)
"""A real broker fills a cycle's orders within seconds: they are heard of before the next look."""
FIRST_LOOK, LOOK_EVERY, LAST_LOOK = (timedelta(minutes=one) for one in (10, 30, 30))
"""From the open until half an hour before the close somebody looks for moves."""


def slots_of_strategies(desk: Desk, first: date, last: date) -> list[Slot]:
    """Every strategy's slots of these days, in order of time.

    Of one that is on, from the word on that switched it on; of one that is off only what settles and
    marks what it still holds.
    """
    found: list[Slot] = []
    for strategy in desk.strategies:
        since = _on_since(desk, strategy)
        if since is NEVER and not desk.books.opened(strategy.account_id):
            continue
        for session in desk.calendar.sessions(first, last):
            every = list(cycle_slots(strategy.spec, desk.calendar, session))
            if strategy.custody is not None:
                every += [_following(desk.calendar, slot) for slot in every if _is_run(slot)]
            found += [one for one in every if one.job in ALSO_WHILE_OFF or one.at > since]
    return sorted(found, key=lambda slot: slot.at)


def _is_run(slot: Slot) -> bool:
    return slot.job is Job.CYCLE and not slot.skip


def _following(calendar: TradingCalendar, cycle: Slot) -> Slot:
    """The fills slot soon after a cycle, at the latest at the close."""
    at = min(cycle.at + FOLLOWED_AFTER, calendar.session_close(cycle.session))
    return replace(cycle, job=Job.CYCLE_FILLS, at=at, label=f"{in_new_york(at):%H:%M}")


def standing(desk: Desk) -> tuple[tuple[str, bool, bool], ...]:
    """Each strategy, whether it is on, whether its account is open: when this changes, so do its slots."""
    return tuple(
        (one.name, is_on(desk.store, one.spec), desk.books.opened(one.account_id))
        for one in desk.strategies
    )


def _on_since(desk: Desk, strategy: Strategy) -> datetime:
    """Since when its cycles run: the newest word's instant; never while it is off."""
    if not is_on(desk.store, strategy.spec):
        return NEVER
    rows = [row for row in desk.store.read(strategy_stream(strategy.name)) if row.type in SWITCHES]
    return from_iso(rows[-1].occurred_at) if rows else ALWAYS


def discovery_instants(
    spec: StrategySpec, calendar: TradingCalendar, session: date
) -> Iterator[datetime]:
    """When a session's market is looked through: soon after its open, every so many hours to its close."""
    at, closes = calendar.session_open(session) + LOOK_AFTER, calendar.session_close(session)
    while at < closes:
        yield at
        at += timedelta(hours=spec.schedule.discovery_hours)


def cycle_slots(spec: StrategySpec, calendar: TradingCalendar, session: date) -> Iterator[Slot]:
    """One session's slots of a strategy; a cycle after an early close is there to be skipped."""
    opens, closes = calendar.session_open(session), calendar.session_close(session)

    def slot(job: Job, at: datetime, label: str, skip: str = "") -> Slot:
        return Slot(job, at, session, label, week_of(session), skip=skip, strategy=spec.name)

    yield slot(Job.CYCLE_FILLS, opens + FILLS_AFTER, OPEN)
    if spec.universe.kind == "discovery":
        for at in discovery_instants(spec, calendar, session):
            yield slot(Job.DISCOVERY, at, f"{in_new_york(at):%H:%M}")
    for wall in spec.schedule.cycles:
        at = at_new_york(session, wall)
        one = slot(Job.CYCLE, at, f"{wall:%H:%M}")
        if not opens <= at < closes:
            which = "opens" if at < opens else "closed"
            when = in_new_york(opens if at < opens else closes)
            one = replace(one, skip=f"the session {which} at {when:%H:%M} New York")
        yield one
    look = opens + FIRST_LOOK
    while look <= closes - LAST_LOOK:
        yield slot(Job.MOVES, look, f"{in_new_york(look):%H:%M}")
        look += LOOK_EVERY
    yield slot(Job.CYCLE_FILLS, closes + FILLS_AFTER, CLOSE)
    yield slot(Job.CYCLE_MARK, closes + MARK_AFTER_CLOSE + AFTER_THE_COUNCIL, CLOSE)
