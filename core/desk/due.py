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
from core.errors import Busy, CouncilError
from core.types import StoreKind

LOOK_BACK = timedelta(days=7)
LATEST = {
    Job.WEEKLY: timedelta(hours=6),
    Job.CHECKPOINT: timedelta(minutes=20),
    Job.HORIZON: timedelta(minutes=14),
}
"""How late a job may still start; the others may at any time within the days looked back on."""
PRICES_ENDED = timedelta(days=7)
"""A demonstration whose newest price is older than this has come to the end of its data."""

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

    A slot another process works on is left for the next tick, every one for the next start once
    ``stopping()`` is true. CouncilError when the store or the desk itself cannot be used.
    """
    counts = dict.fromkeys(SlotOutcome, 0)
    for slot in due_slots(desk, since):
        if stopping():
            break
        try:
            outcome = await _run_or_miss(desk, slot)
        except Busy:
            continue
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
    try:
        return await run_slot(desk, slot)
    except CouncilError:
        raise
    except Exception as error:  # noqa: BLE001 - the worker outlives a defect in one job
        why = f"{type(error).__name__}: {error}"
        slot_log.finish(desk.store, slot, SlotOutcome.FAILED, why)
        return SlotOutcome.FAILED


def ended(desk: Desk) -> str | None:
    """Why nothing will come due on this desk any more; None for one that goes on."""
    if desk.kind is StoreKind.SIMULATION:
        return "a simulation is lived by `simulate`, nothing comes due in it"
    if desk.kind is StoreKind.REAL:
        return None
    symbol, now = desk.policy.symbols[0], desk.clock.now()
    newest = desk.market.quotes([symbol], now)[symbol]
    if now - newest.known_at <= PRICES_ENDED:
        return None
    return f"prices of {desk.market.source} end on {newest.session}, nothing comes due"
