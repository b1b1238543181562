"""A year of 52 weeks on real bars, twice: weeks/s, events/s, and whether every stream ends the same.

python -m benchmarks.bench_simulate
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from config.paths import PROJECT_ROOT
from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.desk.simulation import SimulationReport, simulate
from core.types import StoreKind

START, END = date(2020, 1, 1), date(2020, 12, 29)
FIXTURES = Path(os.environ.get("COUNCIL_FIXTURES", PROJECT_ROOT.parent / "shared" / "fixtures"))
UNIVERSE = FIXTURES / "market" / "universe"


def one_year(folder: Path, number: int) -> tuple[SimulationReport, float, int, dict[str, str]]:
    """One simulation in a store of its own: report, seconds, events, head hash of every stream."""
    env = {"MARKET_DATA_DIR": str(UNIVERSE)}
    settings = load_settings(env=env, profile="rules", store=f"sqlite:///{folder}/{number}.db")
    store = open_store(settings, synchronous="NORMAL")
    started = time.perf_counter()
    clock = FixedClock(at_new_york(START, settings.policy.schedule.postmortem))
    desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
    report = asyncio.run(simulate(desk, START, END))
    seconds = time.perf_counter() - started
    heads = {stream: head.hash for stream, head in store.heads().items()}
    events = store.last_position()
    store.close()
    return report, seconds, events, heads


def main() -> None:
    if not UNIVERSE.is_dir():
        sys.exit(f"{UNIVERSE} is missing: this benchmark runs on the real bars there")
    with tempfile.TemporaryDirectory() as folder:
        runs = [one_year(Path(folder), number) for number in range(2)]
    report, seconds, events, heads = runs[0]
    print(f"{report.weeks} weeks, {report.done} slots done, {report.failed} failed")
    for _, took, count, _ in runs:
        print(f"{took:6.2f} s   {report.weeks / took:6.1f} weeks/s   {count / took:8.0f} events/s")
    print(f"within the 20 s allowed: {seconds / 20:.2f} of it")
    same = heads == runs[1][3]
    print(
        f"same head hash of all {len(heads)} streams: {'yes' if same else 'NO'} ({events} events)"
    )
    sys.exit(0 if same and not report.failed else 1)


if __name__ == "__main__":
    main()
