"""Events of the scheduler itself: its table of slots, its pauses, and attempts that did not succeed."""

from __future__ import annotations

from datetime import date, datetime

from core.events.envelope import Event
from core.schemas.base import Schema


class SchedulingBegan(Event):
    """From this instant on every slot is run or recorded as missed; what came before is nobody's."""

    at: datetime


class PlannedSlot(Schema):
    """``skip`` says why it will not be run; empty for one that will."""

    slot: str
    job: str
    label: str
    at: datetime
    week_id: str
    skip: str = ""


class SlotsPlanned(Event):
    """One session's slots as the calendar and the schedule give them, before the first is due."""

    session: date
    slots: tuple[PlannedSlot, ...]


class SlotAttemptFailed(Event):
    """A slot's work failed and will be tried again; the last failure ends the slot."""

    slot: str
    attempt: int
    at: datetime
    detail: str


class SchedulerPaused(Event):
    by: str
    reason: str


class SchedulerResumed(Event):
    by: str
