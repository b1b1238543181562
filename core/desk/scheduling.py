"""The scheduler's own record: since when it answers for slots, what is planned, and whether it pauses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.slots import Job, Slot, following, slots_between, upkeep_slots
from core.desk.strategy_slots import slots_of_strategies
from core.desk.writing import SCHEDULER_STREAM, append_one, new_event
from core.errors import BadInput
from core.events.envelope import Event, event_id
from core.events.scheduling import (
    PlannedSlot,
    SchedulerPaused,
    SchedulerResumed,
    SchedulingBegan,
    SlotAttemptFailed,
    SlotsPlanned,
)
from core.ports import EventStore

PLANNED_DAYS = 7
PAUSING = (SchedulerPaused.__name__, SchedulerResumed.__name__)


class Attempt(NamedTuple):
    """A failed attempt: its number, when, and its one line."""

    number: int
    at: datetime
    detail: str


def began(store: EventStore, at: datetime) -> datetime:
    """Since when this store's slots are answered for; ``at`` for one that was never scheduled."""
    known = store.find(str(event_id(SCHEDULER_STREAM, SchedulingBegan.__name__)))
    if known is None:
        _append(store, SchedulingBegan(at=at), [], at)
        return at
    event = store.decode(known)
    assert isinstance(event, SchedulingBegan)  # its id says so
    return event.at


def desk_slots(desk: Desk, first: date, last: date) -> list[Slot]:
    """Every slot of these days, in order; upkeep only where the desk has hands for it.

    A real broker fills within seconds, whatever bars the desk sees: there each checkpoint's orders
    are followed soon after it, so that what waits for them (a FLIP's opening) goes out in time.
    """
    schedule = desk.policy.schedule
    found = list(slots_between(schedule, desk.calendar, first, last))
    found += slots_of_strategies(desk, first, last)
    if desk.statements is not None:
        found += [slot for one in found for slot in following(desk.calendar, one)]
    if desk.upkeep:
        daily = upkeep_slots(desk.calendar, first, last)
        found += [slot for slot in daily if slot.job in {*desk.upkeep, Job.RECONCILE}]
    return sorted(found, key=lambda slot: slot.at)


def plan(desk: Desk) -> int:
    """Write the table of the coming sessions' slots, one event a session; returns how many were new."""
    today = in_new_york(desk.clock.now()).date()
    sessions: dict[date, list[Slot]] = {}
    for slot in desk_slots(desk, today, today + timedelta(days=PLANNED_DAYS)):
        sessions.setdefault(slot.session, []).append(slot)
    written = 0
    for session, slots in sessions.items():
        event = SlotsPlanned(session=session, slots=tuple(_planned(slot) for slot in slots))
        what = [session, *(f"{slot.key}@{slot.at.isoformat()}" for slot in slots)]
        if desk.store.find(str(event_id(SCHEDULER_STREAM, SlotsPlanned.__name__, *what))) is None:
            _append(desk.store, event, what, desk.clock.now())
            written += 1
    return written


def _planned(slot: Slot) -> PlannedSlot:
    return PlannedSlot(
        slot=slot.key,
        job=slot.job,
        label=slot.label,
        at=slot.at,
        week_id=slot.week_id,
        skip=slot.skip,
    )


def attempts(store: EventStore, slot: Slot) -> tuple[Attempt, ...]:
    """The failed attempts of a slot so far, oldest first."""
    found: list[Attempt] = []
    while True:
        number = len(found) + 1
        row = store.find(str(_attempt_id(slot, number)))
        if row is None:
            return tuple(found)
        event = store.decode(row)
        assert isinstance(event, SlotAttemptFailed)  # its id says so
        found.append(Attempt(number, event.at, event.detail))


def record_attempt(store: EventStore, slot: Slot, detail: str, at: datetime) -> None:
    number = len(attempts(store, slot)) + 1
    event = SlotAttemptFailed(slot=slot.key, attempt=number, at=at, detail=detail)
    _append(store, event, [slot.key, number], at)


def _attempt_id(slot: Slot, number: int) -> object:
    return event_id(SCHEDULER_STREAM, SlotAttemptFailed.__name__, slot.key, number)


class Pauses:
    """Whether the scheduler pauses; each look reads what its stream has gained since the last."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._version = 0
        self._pause: SchedulerPaused | None = None

    def holding(self) -> SchedulerPaused | None:
        """The pause that holds now; None while the scheduler may work."""
        for row in self._store.read(SCHEDULER_STREAM, self._version):
            self._version = row.version
            if row.type in PAUSING:
                event = self._store.decode(row)
                self._pause = event if isinstance(event, SchedulerPaused) else None
        return self._pause


def paused(store: EventStore) -> SchedulerPaused | None:
    """As `Pauses.holding`, for a single look."""
    return Pauses(store).holding()


def pause(store: EventStore, by: str, reason: str, at: datetime) -> None:
    """No slot and no job begins from now on; BadInput without a reason or when it pauses already."""
    if not reason.strip():
        raise BadInput("a pause needs a reason: give --reason TEXT")
    if paused(store) is not None:
        raise BadInput("the scheduler is paused already: `scheduler resume` lets it go on")
    version = store.head(SCHEDULER_STREAM).version
    _append(store, SchedulerPaused(by=by, reason=reason.strip()), [version], at)


def resume(store: EventStore, by: str, at: datetime) -> None:
    """BadInput when it is not paused."""
    if paused(store) is None:
        raise BadInput("the scheduler is not paused")
    version = store.head(SCHEDULER_STREAM).version
    _append(store, SchedulerResumed(by=by), [version], at)


def _append(store: EventStore, event: Event, what: Iterable[object], at: datetime) -> None:
    append_one(store, SCHEDULER_STREAM, new_event(SCHEDULER_STREAM, event, list(what), at))
