"""SIGKILL before and after every commit and every outside call of a week, then the same again.

Each child is forked with one point at which it dies. A second child runs the same commands to the end;
then every stream must end with the hash of a week that nothing happened to, and the broker, which
outlives the desk, must have taken every order exactly once.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.desk.dispatch import run_slot
from core.desk.simulation import simulate
from core.desk.slots import Job, slots_between
from core.types import StoreKind
from tests.crash.deaths import check_death, fresh, in_a_child, keep_end, orders, passed
from tests.fakes.kill_points import DyingStore, KillPoints, dying
from tests.fixture_files import ROOT

SHARDS = 5
EFFECTS = ("commit", "model.complete", "broker.place")
WEDNESDAY = date(2024, 3, 13)
"""The second week: the first one's positions are there to be closed."""
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # that is the point


def settings_for(store: Path):
    return load_settings(env={}, profile="rules", store=f"sqlite:///{store}")


def the_day(desk):
    """The Wednesday's slots up to its noon checkpoint: postmortem, run, fills, two checkpoints."""
    slots = list(slots_between(desk.policy.schedule, desk.calendar, WEDNESDAY, WEDNESDAY))
    noon = next(slot.at for slot in slots if slot.job is Job.CHECKPOINT and slot.label == "12:00")
    return [slot for slot in slots if slot.at <= noon]


def live_the_day(folder: Path, kill_at: int) -> KillPoints:
    """Run the day's slots on the store in ``folder``; done slots are skipped, as on any restart."""
    points = KillPoints(kill_at)
    settings = settings_for(folder / "desk.db")
    store = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(at_new_york(WEDNESDAY, settings.policy.schedule.postmortem))
    plain = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
    desk = dying(plain, points, DyingStore(store, points), folder / "orders.jsonl")

    async def slots() -> None:
        for slot in the_day(desk):
            clock.move_to(slot.at)
            await run_slot(desk, slot)

    asyncio.run(slots())
    keep_end(folder, store, points)
    store.close()
    return points


@pytest.fixture(scope="module")
def week_before(tmp_path_factory) -> Path:
    """A store in which the week before was lived, and what the broker took in it."""
    folder = tmp_path_factory.mktemp("before")
    settings = settings_for(folder / "desk.db")
    store = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(at_new_york(date(2024, 3, 6), settings.policy.schedule.postmortem))
    desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
    asyncio.run(simulate(desk, date(2024, 3, 6), date(2024, 3, 12)))
    store.close()
    return folder


@pytest.fixture(scope="module")
def untouched(week_before, tmp_path_factory) -> Path:
    """The day lived without an accident."""
    folder = fresh(week_before, tmp_path_factory.mktemp("untouched"))
    assert in_a_child(live_the_day, folder, 0) == 0
    return folder


def test_the_day_has_something_to_lose(untouched):
    points = passed(untouched)
    kinds = Counter(point.split(" ")[1] for point in points)
    print(f"{len(points)} kill points, {len(moments(points))} states: {dict(kinds)}")  # noqa: T201 - the count is asked for
    assert len(moments(points)) > 60
    assert {"commit", "model.complete", "market.bars", "broker.place"} <= set(kinds)
    assert len(orders(untouched)) >= 5
    assert set(orders(untouched).values()) == {1}


def moments(points: list[str]) -> list[int]:
    """The numbers of one point in each state of log, models and broker: reads change none of them."""
    found, same = [], False
    for number, point in enumerate(points, 1):
        when, what = point.split(" ")[:2]
        if not same:
            found.append(number)
        same = not (when == "before" and what in EFFECTS)
    return found


def live_every_death(shard: int, before: Path, untouched: Path, scratch: Path) -> None:
    """One shard's points, each in a child that dies there and one that goes on.

    The day is lived here first: what a process makes once (generated prices, the calendar, compiled
    prompts) the children inherit, and no child inherits an open store.
    """
    live_the_day(fresh(before, scratch / "first"), 0)
    for number in moments(passed(untouched))[shard::SHARDS]:
        check_death(live_the_day, number, fresh(before, scratch / str(number)), untouched)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_killed_day_ends_as_if_nothing_had_happened(shard, week_before, untouched, tmp_path):
    """In a process of its own: a test worker that has run thousands of tests is slow to fork."""
    code = (
        "import sys; from pathlib import Path; from tests.crash.test_sigkill import live_every_death;"
        "live_every_death(int(sys.argv[1]), *map(Path, sys.argv[2:]))"
    )
    words = [str(shard), str(week_before), str(untouched), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
