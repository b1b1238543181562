"""Which slots a scheduler answers for: those it promised, back to the oldest without an ending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.misfire import LOOK_BACK
from core.desk.scheduling import began, desk_slots
from core.desk.slots import Slot
from core.desk.writing import SCHEDULER_STREAM, SLOT_STREAM
from core.events.scheduling import SlotsPlanned
from core.events.system import SlotFinished

AN_INSTANT = timedelta(microseconds=1)


class Answered:
    """Read from the log once, when a lead is won; slots of later are computed and answered for.

    A session whose table was on record before a slot's time promised what is in it and nothing
    else: a schedule that was changed since then makes no slot of the past a missed one.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._now = desk.clock.now()
        self._plans = self._planned()
        self.since = self._oldest_open()
        """Slots up to this instant have their ending, or were never this scheduler's."""

    def slots(self, first: date, last: date) -> Sequence[Slot]:
        """The table of these days, in order of time."""
        return [slot for slot in desk_slots(self._desk, first, last) if self._is_promised(slot)]

    def _is_promised(self, slot: Slot) -> bool:
        if slot.at > self._now:
            return True
        plans = [keys for at, keys in self._plans.get(slot.session, ()) if at <= slot.at]
        return not plans or any(slot.key in keys for keys in plans)

    def _planned(self) -> dict[date, list[tuple[datetime, frozenset[str]]]]:
        found: dict[date, list[tuple[datetime, frozenset[str]]]] = {}
        for row in self._desk.store.read(SCHEDULER_STREAM):
            if row.type == SlotsPlanned.__name__:
                event = self._desk.store.decode(row)
                assert isinstance(event, SlotsPlanned)  # by its type name
                keys = frozenset(slot.slot for slot in event.slots)
                at = datetime.fromisoformat(row.occurred_at)
                found.setdefault(event.session, []).append((at, keys))
        return found

    def _oldest_open(self) -> datetime:
        """Not to be told from the newest ending: a slot run by hand or tried again ends out of turn."""
        first = began(self._desk.store, self._now)
        ended = {
            str(row.payload["slot"])
            for row in self._desk.store.read(SLOT_STREAM)
            if row.type == SlotFinished.__name__
        }
        days = in_new_york(first).date(), in_new_york(self._now).date()
        still = [
            slot.at
            for slot in self.slots(*days)
            if first < slot.at <= self._now and slot.key not in ended
        ]
        return max(first, min([self._now - LOOK_BACK, *(at - AN_INSTANT for at in still)]))
