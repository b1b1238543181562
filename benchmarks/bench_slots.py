"""Every slot of 2024 to 2027 through a scheduler's rounds, against a table made without our code.

python -m benchmarks.bench_slots
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock
from core.desk.desk import Desk
from core.desk.shift import PATIENCE_S, Beside, Shift
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot
from core.events.system import SlotFinished
from core.types import StoreKind
from storage.event_store import SqlEventStore
from tests.fakes.slot_table import FIRST, LAST, Due, independent, independent_upkeep, wall

ALLOWED_S = 60
UPKEEP = (Job.HEALTH, Job.BREAKER, Job.FORWARD_RETURNS, Job.MEMORY, Job.NIGHTLY)
HOW = {SlotOutcome.DONE: False, SlotOutcome.SKIPPED: True}


@dataclass(frozen=True, slots=True)
class Comparison:
    """``lost`` never ended, ``doubled`` ended twice, ``differing`` otherwise than the table says."""

    slots: int
    doubled: int
    lost: int
    differing: int


def compared(life: Sequence[SlotFinished], first: date, last: date) -> Comparison:
    """How slots ended against the independent table of these days."""
    table = independent(first, last) | independent_upkeep(first, last)
    times = Counter(one.slot for one in life)
    found = {one.slot: (one.at, HOW.get(SlotOutcome(one.outcome))) for one in life}
    return Comparison(
        slots=len(life),
        doubled=times.total() - len(times),
        lost=len(table.keys() - found.keys()),
        differing=sum(table.get(key) != ended for key, ended in found.items()),
    )


def lived(folder: Path, first: date, last: date) -> list[SlotFinished]:
    """The endings of all slots of these days, as they stand in a store on disk."""
    settings = load_settings(env={}, profile="rules", store=f"sqlite:///{folder}/slots.db")
    store = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(wall(first, 0))
    desk = build_desk(settings, store, kind=StoreKind.REAL, clock=clock)
    desk = replace(desk, upkeep=dict.fromkeys(UPKEEP, lambda _at: ""))
    table = independent(first, last) | independent_upkeep(first, last)
    asyncio.run(_live(desk, clock, _instants(table.values())))
    try:
        return _endings(store)
    finally:
        store.close()


def _instants(table: Iterable[Due]) -> list[datetime]:
    """When something is due, and once more before the last day ends: nothing may come after."""
    instants = sorted({due.at for due in table})
    return [*instants, instants[-1] + timedelta(hours=3)]


async def _live(desk: Desk, clock: FixedClock, instants: Iterable[datetime]) -> None:
    done: Counter[str] = Counter()

    async def nothing(_: Desk, slot: Slot) -> str:
        done[slot.key] += 1
        assert (clock.now(), done[slot.key]) == (slot.at, 1), f"{slot.key} at {clock.now()}"
        return "nothing"

    shift = Shift(desk, _unheard, lambda: False, PATIENCE_S, Beside(work=nothing))
    for instant in instants:
        clock.move_to(instant)
        shift.round()
        await shift.lanes.wait()
        for error in shift.lanes.ended():
            raise error


def _unheard(slot: Slot, outcome: SlotOutcome) -> None:
    """Nobody listens to the simulated scheduler."""


def _endings(store: SqlEventStore) -> list[SlotFinished]:
    events = (store.decode(row) for row in store.read_all(types=[SlotFinished.__name__]))
    return [event for event in events if isinstance(event, SlotFinished)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        started, worked = time.perf_counter(), time.process_time()
        life = lived(Path(folder), FIRST, LAST)
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    found = compared(life, FIRST, LAST)
    print(f"{found.slots} slots of {FIRST} to {LAST} in {seconds:.1f} s, {cpu:.1f} s of a core")
    print(f"of the {ALLOWED_S} s allowed: {seconds / ALLOWED_S:.2f}")
    print(f"doubled {found.doubled}, lost {found.lost}, differing {found.differing}")
    wrong = found.doubled or found.lost or found.differing
    sys.exit(1 if wrong or seconds > ALLOWED_S else 0)


if __name__ == "__main__":
    main()
