"""Slots: what is due when, computed from the schedule and the exchange calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.clock import at_new_york, in_new_york
from core.policy import ScheduleSpec
from core.ports import TradingCalendar
from core.types import WeekId, wednesday, week_of

HORIZON_BEFORE_CLOSE = timedelta(minutes=15)
FILLS_AFTER_OPEN = timedelta(minutes=5)
FILLS_AFTER_CLOSE = timedelta(minutes=5)
FILLS_AFTER_CHECKPOINT = timedelta(minutes=3)
"""So that what follows the day's last checkpoint (15:50) still trades before the close."""
MARK_AFTER_CLOSE = timedelta(minutes=16)
"""Free prices of the whole tape are 15 minutes old: a mark any sooner would not be the close."""
OPEN, CLOSE = "open", "close"
HEALTH_AT, RECONCILE_AT, NIGHTLY_AT = time(6, 30), time(7), time(20)
BREAKER_AFTER_CLOSE = timedelta(minutes=20)
FORWARD_AFTER_CLOSE = timedelta(minutes=25)
MEMORY_AFTER_CLOSE = timedelta(minutes=30)


class Job(StrEnum):
    POSTMORTEM = "postmortem"
    WEEKLY = "weekly"
    CHECKPOINT = "checkpoint"
    FILLS = "fills"
    HORIZON = "horizon"
    MARK = "mark"
    RECONCILE = "reconcile"
    BREAKER = "breaker"
    FORWARD_RETURNS = "forward_returns"
    MEMORY = "memory"
    HEALTH = "health"
    NIGHTLY = "nightly"
    CYCLE = "cycle"
    CYCLE_FILLS = "cycle_fills"
    CYCLE_MARK = "cycle_mark"
    MOVES = "moves"
    DISCOVERY = "discovery"


@dataclass(frozen=True, slots=True)
class Slot:
    """One due moment. ``previous`` is the checkpoint slot before this one (None for other jobs).

    ``skip`` says why it is not run, as a checkpoint after an early close. ``strategy`` is whose slot it
    is where it is not the council's.
    """

    job: Job
    at: datetime
    session: date
    label: str
    week_id: WeekId
    previous: datetime | None = None
    skip: str = ""
    strategy: str = ""
    key: str = field(init=False, compare=False, repr=False)
    """The natural key: ``weekly/2026-11-18``, ``checkpoint/2026-11-18/12:00``.

    Of a strategy: ``cycle/equity_cycle/2026-11-18/11:00``.
    """

    def __post_init__(self) -> None:
        """Made once: a scheduler looks at the keys of some days' slots at every round."""
        weekly = self.job in (Job.WEEKLY, Job.POSTMORTEM)
        of = self.week_id if weekly else f"{self.session}/{self.label}"
        of = f"{self.strategy}/{of}" if self.strategy else of
        object.__setattr__(self, "key", f"{self.job}/{of}")

    @property
    def follows(self) -> bool:
        """Whether it follows a checkpoint's orders; the next fills slot does all that it would."""
        return self.job is Job.FILLS and self.label not in (OPEN, CLOSE)


def slots_between(
    schedule: ScheduleSpec, calendar: TradingCalendar, start: date, end: date
) -> Iterator[Slot]:
    """Every slot of every session from ``start`` to ``end``, both included, in order of time."""
    for session in calendar.sessions(start, end):
        yield from sorted(session_slots(schedule, calendar, session), key=lambda slot: slot.at)


def session_slots(
    schedule: ScheduleSpec, calendar: TradingCalendar, session: date
) -> Iterator[Slot]:
    """One session's slots. Checkpoints after an early close are there to be skipped, with the reason."""
    opens, closes = calendar.session_open(session), calendar.session_close(session)
    week = week_of(session)

    def slot(job: Job, at: datetime, label: str, previous: datetime | None = None) -> Slot:
        return Slot(job, at, session, label, week, previous)

    if week_session(calendar, week) == session:
        yield from _week_slots(schedule, session, week)
    yield slot(Job.FILLS, opens + FILLS_AFTER_OPEN, OPEN)
    previous = last_checkpoint_before(schedule, calendar, session)
    for wall in schedule.checkpoints:
        at = at_new_york(session, wall)
        if at < closes:
            yield slot(Job.CHECKPOINT, at, f"{wall:%H:%M}", previous)
            previous = at
        else:
            skip = f"the session closed at {in_new_york(closes):%H:%M} New York"
            yield replace(slot(Job.CHECKPOINT, at, f"{wall:%H:%M}", previous), skip=skip)
    yield slot(Job.HORIZON, closes - HORIZON_BEFORE_CLOSE, "close")
    yield slot(Job.FILLS, closes + FILLS_AFTER_CLOSE, CLOSE)
    yield slot(Job.MARK, closes + MARK_AFTER_CLOSE, "close")


def following(calendar: TradingCalendar, slot: Slot) -> Iterator[Slot]:
    """The fills slot soon after a checkpoint of an open market; nothing after any other slot."""
    at = slot.at + FILLS_AFTER_CHECKPOINT
    opens, closes = calendar.session_open(slot.session), calendar.session_close(slot.session)
    if slot.job is Job.CHECKPOINT and not slot.skip and opens <= slot.at and at < closes:
        yield Slot(Job.FILLS, at, slot.session, f"{in_new_york(at):%H:%M}", slot.week_id)


def upkeep_slots(calendar: TradingCalendar, start: date, end: date) -> Iterator[Slot]:
    """What keeps a running desk well, on every session from ``start`` to ``end``."""
    for session in calendar.sessions(start, end):
        closes, week = calendar.session_close(session), week_of(session)
        for job, at in (
            (Job.HEALTH, at_new_york(session, HEALTH_AT)),
            (Job.RECONCILE, at_new_york(session, RECONCILE_AT)),
            (Job.BREAKER, closes + BREAKER_AFTER_CLOSE),
            (Job.FORWARD_RETURNS, closes + FORWARD_AFTER_CLOSE),
            (Job.MEMORY, closes + MEMORY_AFTER_CLOSE),
            (Job.NIGHTLY, at_new_york(session, NIGHTLY_AT)),
        ):
            yield Slot(job, at, session, "daily", week)


def _week_slots(schedule: ScheduleSpec, session: date, week: WeekId) -> Iterator[Slot]:
    """The new week's run, and before it the postmortem of the week that ends."""
    ended = week_of(wednesday(week) - timedelta(days=1))
    postmortem = at_new_york(session, schedule.postmortem)
    yield Slot(Job.POSTMORTEM, postmortem, session, "provisional", ended)
    yield Slot(Job.WEEKLY, at_new_york(session, schedule.weekly), session, "run", week)


def week_session(calendar: TradingCalendar, week: WeekId) -> date:
    """The session a week's run happens on: its Wednesday, or the next session when that is closed."""
    return calendar.session_on_or_after(wednesday(week))


def last_checkpoint_before(
    schedule: ScheduleSpec, calendar: TradingCalendar, session: date
) -> datetime:
    """The last checkpoint of the session before ``session`` (its close when it had none)."""
    before = calendar.offset(session, -1)
    closes = calendar.session_close(before)
    instants = [at_new_york(before, wall) for wall in schedule.checkpoints]
    return max((at for at in instants if at < closes), default=closes)
