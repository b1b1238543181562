"""SIGKILL before and after every commit and every outside call of a week, then the same again.

Each child is forked with one point at which it dies. A second child runs the same commands to the end;
then every stream must end with the hash of a week that nothing happened to, and the broker, which
outlives the desk, must have taken every order exactly once.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
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
    (folder / "heads.json").write_text(
        json.dumps({stream: head.hash for stream, head in sorted(store.heads().items())})
    )
    (folder / "points").write_text("\n".join(points.passed))
    store.close()
    return points


def in_a_child(folder: Path, kill_at: int) -> int:
    """The wait status of a forked child that lives the day, or dies in it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            live_the_day(folder, kill_at)
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


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
    assert in_a_child(folder, 0) == 0
    return folder


def fresh(before: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for file in before.glob("desk.db*"):
        if file.is_file():
            shutil.copy(file, folder / file.name)
    return folder


def heads(folder: Path) -> dict[str, str]:
    return json.loads((folder / "heads.json").read_text())


def orders(folder: Path) -> Counter[str]:
    lines = (folder / "orders.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["client_order_id"] for line in lines)


def test_the_day_has_something_to_lose(untouched):
    passed = (untouched / "points").read_text().splitlines()
    kinds = Counter(point.split(" ")[1] for point in passed)
    print(f"{len(passed)} kill points, {len(moments(passed))} states: {dict(kinds)}")  # noqa: T201 - the count is asked for
    assert len(moments(passed)) > 60
    assert {"commit", "model.complete", "market.bars", "broker.place"} <= set(kinds)
    assert len(orders(untouched)) >= 5
    assert set(orders(untouched).values()) == {1}


def moments(passed: list[str]) -> list[int]:
    """The numbers of one point in each state of log, models and broker: reads change none of them."""
    found, same = [], False
    for number, point in enumerate(passed, 1):
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
    passed = (untouched / "points").read_text().splitlines()
    for number in moments(passed)[shard::SHARDS]:
        folder = fresh(before, scratch / str(number))
        status = in_a_child(folder, number)
        where = f"point {number}: {passed[number - 1]}"
        assert os.WIFSIGNALED(status), where
        assert os.WTERMSIG(status) == signal.SIGKILL, where
        assert in_a_child(folder, 0) == 0, where
        assert heads(folder) == heads(untouched), where
        assert orders(folder) == orders(untouched), where
        shutil.rmtree(folder)


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
