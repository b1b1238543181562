"""Many weeks with a simulated clock: the same slots, the same code, no waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.clock import FixedClock
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.opening import open_desk
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot, slots_between, upkeep_slots
from core.desk.strategy_slots import slots_of_strategies
from core.errors import BadInput

SlotProgress = Callable[[Slot, int, int], None]


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was run: weeks, slots by outcome, and the first failure if there was one."""

    weeks: int
    done: int
    failed: int

    def __add__(self, later: SimulationReport) -> SimulationReport:
        return SimulationReport(
            self.weeks + later.weeks, self.done + later.done, self.failed + later.failed
        )


def quiet(slot: Slot, number: int, total: int) -> None:
    """A progress callback that shows nothing."""


async def simulate(
    desk: Desk, start: date, end: date, progress: SlotProgress = quiet
) -> SimulationReport:
    """Run every slot from ``start`` to ``end``; slots done before are skipped, so it resumes.

    Of a running desk's upkeep only what this desk has been given.

    The desk's clock must be a FixedClock: it is moved to each slot's instant.
    """
    clock = desk.clock
    if not isinstance(clock, FixedClock):
        raise BadInput("a simulation needs a simulated clock: build the desk with one")
    slots = list(slots_between(desk.policy.schedule, desk.calendar, start, end))
    slots += slots_of_strategies(desk, start, end)
    slots += [one for one in upkeep_slots(desk.calendar, start, end) if one.job in desk.upkeep]
    slots.sort(key=lambda slot: slot.at)
    if not slots:
        raise BadInput(f"no session between {start} and {end}: choose a longer range")
    clock.move_to(slots[0].at)
    open_desk(desk, slots[0].at)
    outcomes: Counter[SlotOutcome] = Counter()
    weeks = 0
    for number, slot in enumerate(slots, start=1):
        clock.move_to(slot.at)
        outcome = await run_slot(desk, slot)
        outcomes[outcome] += 1
        weeks += slot.job is Job.WEEKLY and outcome is SlotOutcome.DONE
        progress(slot, number, len(slots))
    return SimulationReport(weeks, outcomes[SlotOutcome.DONE], outcomes[SlotOutcome.FAILED])
