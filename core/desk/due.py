"""What a scheduler does at a tick: run what is due, record what came too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import in_new_york
from core.desk import slot_log
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot, slots_between

LOOK_BACK = timedelta(days=7)
LATEST = {
    Job.WEEKLY: timedelta(hours=6),
    Job.CHECKPOINT: timedelta(minutes=20),
    Job.HORIZON: timedelta(minutes=14),
}
"""How late a job may still start; the others may at any time within the days looked back on."""

Report = Callable[[Slot, SlotOutcome], None]


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick did."""

    done: int = 0
    failed: int = 0
    missed: int = 0


async def run_due(
    desk: Desk, since: datetime, report: Report, stopping: Callable[[], bool] = lambda: False
) -> Tick:
    """Run every unfinished slot between ``since`` and now, oldest first; one failure stops no other.

    A slot is left for the next start once ``stopping()`` is true.
    """
    counts = dict.fromkeys(SlotOutcome, 0)
    for slot in due_slots(desk, since):
        if stopping():
            break
        outcome = await _run_or_miss(desk, slot)
        counts[outcome] += 1
        report(slot, outcome)
    return Tick(counts[SlotOutcome.DONE], counts[SlotOutcome.FAILED], counts[SlotOutcome.MISSED])


def due_slots(desk: Desk, since: datetime) -> list[Slot]:
    """Slots at or before now and after ``since`` that have no event yet."""
    now = desk.clock.now()
    start = max(since, now - LOOK_BACK)
    days = in_new_york(start).date(), in_new_york(now).date()
    return [
        slot
        for slot in slots_between(desk.policy.schedule, desk.calendar, *days)
        if start < slot.at <= now and not slot_log.is_finished(desk.store, slot)
    ]


def next_slot(desk: Desk) -> Slot | None:
    """The first slot after now, within the days looked ahead."""
    now = desk.clock.now()
    day = in_new_york(now).date()
    coming = slots_between(desk.policy.schedule, desk.calendar, day, day + LOOK_BACK)
    return next((slot for slot in coming if slot.at > now), None)


async def _run_or_miss(desk: Desk, slot: Slot) -> SlotOutcome:
    late = desk.clock.now() - slot.at
    allowed = LATEST.get(slot.job)
    if allowed is not None and late > allowed:
        minutes = int(late.total_seconds() // 60)
        why = f"{minutes} minutes late, at most {int(allowed.total_seconds() // 60)} are allowed"
        slot_log.finish(desk.store, slot, SlotOutcome.MISSED, why)
        return SlotOutcome.MISSED
    return await run_slot(desk, slot)
