"""One scheduler on a clock that jumps from slot to slot: does it grow, slow down or miss anything?

python -m benchmarks.soak_scheduler --minutes 20 --weeks 52     (--minutes 0: as fast as it goes)
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from urllib.request import urlopen

from sqlalchemy import QueuePool

from benchmarks.soak_samples import Sample, fitted_ratio, open_files, rss, table, threads
from config.memory import few_arenas
from config.observed_http import serve
from config.settings import Settings, load_settings
from config.wiring import calendar, open_store
from config.worker import Worker
from core.clock import FixedClock, at_new_york
from core.desk.slots import Job, Slot, slots_between, upkeep_slots
from core.events.system import SlotFinished
from scheduler import this_process, worker_of
from storage.event_store import SqlEventStore
from storage.leases import Lease

START = date(2024, 1, 3)
WARM_UP, EARLY = 8, 4
"""Weeks until everything is loaded; the week whose idle round later ones are compared with."""
FLAT = 0.05
IDLE_ROUNDS = 40
TICK_S = 1.0
NAMES = ("idle", "slot", "night", "scrape")


@dataclass(slots=True)
class Soak:
    """The process under test, and the milliseconds of what it did this week."""

    worker: Worker
    store: SqlEventStore
    clock: FixedClock
    port: int
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    samples: list[Sample] = field(default_factory=list)

    async def week(self, number: int, slots: Sequence[Slot], until: float) -> None:
        """Every slot of a week at its instant; then idle rounds until the week's time is over."""
        self.took.clear()
        for instant, due in groupby(slots, key=lambda slot: slot.at):
            self.clock.move_to(instant)
            night = any(slot.job is Job.NIGHTLY for slot in due)
            await self._turn("night" if night else "slot")
            if night:
                await asyncio.to_thread(self._scrape)
        for _ in range(IDLE_ROUNDS):
            await self._turn("idle")
        while time.perf_counter() < until:
            await asyncio.sleep(TICK_S)
            await self._turn("idle")
        self.samples.append(self._sample(number))

    async def _turn(self, name: str) -> None:
        began = time.perf_counter()
        await self.worker.turn()
        self.took[name].append((time.perf_counter() - began) * 1_000)
        await asyncio.sleep(0)

    def _scrape(self) -> None:
        began = time.perf_counter()
        for path in ("metrics", "healthz"):
            with urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
                assert answer.read()
        self.took["scrape"].append((time.perf_counter() - began) * 1_000)

    def _sample(self, number: int) -> Sample:
        medians = {name: statistics.median(self.took[name]) for name in NAMES}
        events = self.store.last_position()
        held = {"rss": rss(), "files": open_files(), "threads": threads()}
        return Sample(week=number, events=events, **held, **medians)  # type: ignore[arg-type]  # by their names


def desk_settings(folder: Path) -> Settings:
    """The rules desk in a folder of its own."""
    settings = load_settings(env={}, profile="rules", store=f"sqlite:///{folder}/desk.db")
    paths = settings.paths.model_copy(update={"runs": folder / "runs"})
    return settings.model_copy(update={"paths": paths})


def weeks_of_slots(settings: Settings, weeks: int) -> Iterator[list[Slot]]:
    """Each week's slots, in order of time, those of upkeep among them."""
    for number in range(weeks):
        first = START + timedelta(weeks=number)
        last = first + timedelta(days=6)
        found = [*slots_between(settings.policy.schedule, calendar(), first, last)]
        daily = (slot for slot in upkeep_slots(calendar(), first, last) if slot.job in KEPT)
        yield sorted((*found, *daily), key=lambda slot: slot.at)


KEPT = (Job.HEALTH, Job.RECONCILE, Job.NIGHTLY)


def soaked(folder: Path, weeks: int, minutes: float) -> tuple[list[Sample], Counter[str]]:
    """A sample a week, and how the slots ended."""
    settings = desk_settings(folder)
    store = open_store(settings)
    _fill_pool(store)
    clock = FixedClock(at_new_york(START, settings.policy.schedule.postmortem) - timedelta(hours=2))
    lease = Lease(store.engine, holder=this_process(), ttl_s=settings.lease_s)
    planned = list(weeks_of_slots(settings, weeks))
    with ExitStack() as stack:
        stack.callback(store.close)
        said = stack.enter_context((folder / "scheduler.log").open("w"))
        port = stack.enter_context(serve(store, 0, clock=clock))
        with redirect_stdout(said):
            soak = Soak(worker_of(settings, store, lease, clock), store, clock, port)
            asyncio.run(_live(soak, planned, minutes * 60))
        keys = {slot.key for week in planned for slot in week}
        return soak.samples, _outcomes(store, keys)


def _fill_pool(store: SqlEventStore) -> None:
    """Open the few connections the pool keeps: a file that is opened later is a leak."""
    pool = store.engine.pool
    assert isinstance(pool, QueuePool)  # of a store on disk
    with ExitStack() as held:
        for _ in range(pool.size()):
            held.enter_context(store.engine.connect()).exec_driver_sql(
                "SELECT 1 FROM events LIMIT 1"
            )


async def _live(soak: Soak, planned: Sequence[Sequence[Slot]], seconds: float) -> None:
    began = time.perf_counter()
    await soak.worker.turn()
    for number, slots in enumerate(planned, 1):
        await soak.week(number, slots, began + seconds * number / len(planned))
        print(f"week {number}", file=sys.stderr, flush=True) if number % 10 == 0 else None
    soak.worker.stop()
    await soak.worker.finish()


def _outcomes(store: SqlEventStore, keys: set[str]) -> Counter[str]:
    """How each slot ended, ``nothing`` for one that has no ending."""
    rows = store.read_all(types=[SlotFinished.__name__])
    ends: dict[str, str] = {str(row.payload["slot"]): str(row.payload["outcome"]) for row in rows}
    return Counter(ends.get(key, "nothing") for key in keys)


def verdict(samples: Sequence[Sample], outcomes: Counter[str]) -> bool:
    """Print what changed between the warm-up's end and now; whether all of it is allowed."""
    warm = [one for one in samples if one.week > WARM_UP]
    memory = fitted_ratio(warm, lambda one: one.rss)
    files = warm[-1].files - warm[0].files
    early = next(one for one in samples if one.week == EARLY)
    wrong = outcomes.total() - outcomes["done"] - outcomes["skipped"]
    print(f"memory, end / week {warm[0].week} by a straight line: {memory:.3f} (0.95 to 1.05)")
    print(f"open files: {warm[0].files} → {warm[-1].files}, threads {warm[-1].threads}")
    for name in NAMES:
        grown = getattr(samples[-1], name) / getattr(early, name)
        print(f"{name}: week {samples[-1].week} / week {EARLY} = {grown:.2f}")
    print(f"slots {outcomes.total()}: {dict(outcomes)}, not done {wrong}")
    return abs(memory - 1) <= FLAT and files <= 0 and not wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--weeks", type=int, default=52)
    asked = parser.parse_args()
    few_arenas()  # as the scheduler's process begins
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        samples, outcomes = soaked(Path(folder), asked.weeks, asked.minutes)
    print(table(samples))
    print(f"{asked.weeks} weeks in {(time.perf_counter() - began) / 60:.1f} minutes")
    sys.exit(0 if verdict(samples, outcomes) else 1)


if __name__ == "__main__":
    main()
