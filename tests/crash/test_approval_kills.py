"""SIGKILL before and after every commit and every order of a week that asks, then the same again.

The scheduler's process and the person's are one here: it proposes, one account is rejected, the others
approved, the run goes on. Whatever was interrupted is asked or said again after the restart.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from config.wiring import open_store
from core.clock import FixedClock
from core.desk.approval import Word, decide
from core.desk.approval_log import newest_ballot, pending
from core.desk.weekly import LAST_TALK, run_week
from core.errors import BadInput
from core.types import AccountId, StoreKind
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.kill_points import DyingStore, KillPoints, dying
from tests.fakes.manual_desks import WEEK, manual

SHARDS = 4
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # that is the point
REJECTED = AccountId("acct_3")


def live(folder: Path, kill_at: int) -> None:
    """The week from its start, by hand: proposed, decided, traded; what is done already is not redone."""
    points = KillPoints(kill_at)
    settings = manual(rules_settings(f"sqlite:///{folder / 'desk.db'}"))
    store = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(on(WEEK))
    plain = bench(settings, store, clock=clock, kind=StoreKind.REAL).desk
    desk = dying(plain, points, DyingStore(store, points), folder / "orders.jsonl")
    if newest_ballot(desk.store) is None:  # else it is later than eight by now
        asyncio.run(run_week(desk, WEEK))
    clock.move_to(on(WEEK, "09:30"))
    with suppress(BadInput):  # said before the kill
        decide(desk.store, WEEK, Word(False, "a person", "too much", REJECTED), clock.now())
    if pending(desk.store) is not None:
        decide(desk.store, WEEK, Word(approved=True, by="a person"), clock.now())
    clock.move_to(on(WEEK, "09:40"))
    asyncio.run(run_week(desk, WEEK))
    ends = {stream: head.hash for stream, head in sorted(store.heads().items())}
    (folder / "heads.json").write_text(json.dumps(ends))
    (folder / "points").write_text("\n".join(points.passed))
    store.close()


def in_a_child(folder: Path, kill_at: int) -> int:
    """The wait status of a forked child that lives the week, or dies in it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            live(folder, kill_at)
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


@pytest.fixture(scope="module")
def talked(tmp_path_factory) -> Path:
    """A store whose week has come to the chairman's decision: nobody was asked for approval yet."""
    folder = tmp_path_factory.mktemp("talked")
    settings = manual(rules_settings(f"sqlite:///{folder / 'desk.db'}"))
    store = open_store(settings, synchronous="NORMAL")
    made = bench(settings, store, at=on(WEEK), kind=StoreKind.REAL)
    asyncio.run(run_week(made.desk, WEEK, until=LAST_TALK))
    store.close()
    return folder


def fresh(talked: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for file in talked.glob("desk.db*"):
        if file.is_file():
            shutil.copy(file, folder / file.name)
    return folder


@pytest.fixture(scope="module")
def untouched(talked, tmp_path_factory) -> Path:
    folder = fresh(talked, tmp_path_factory.mktemp("untouched"))
    assert in_a_child(folder, 0) == 0
    return folder


def heads(folder: Path) -> dict[str, str]:
    return json.loads((folder / "heads.json").read_text())


def orders(folder: Path) -> Counter[str]:
    lines = (folder / "orders.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["client_order_id"] for line in lines)


def test_the_gate_has_something_to_lose(untouched):
    passed = " ".join((untouched / "points").read_text().splitlines())
    for kind in ("OrdersProposed", "ApprovalDecided", "ApprovalsConcluded", "broker.place"):
        assert kind in passed
    assert passed.count("commit") > 20
    assert len(orders(untouched)) >= 3
    assert set(orders(untouched).values()) == {1}
    assert not any(key.startswith(REJECTED) for key in orders(untouched))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_killed_approval_ends_as_if_nothing_had_happened(shard, talked, untouched, tmp_path):
    passed = (untouched / "points").read_text().splitlines()
    for number in range(1 + shard, len(passed) + 1, SHARDS):
        folder = fresh(talked, tmp_path / str(number))
        where = f"point {number}: {passed[number - 1]}"
        status = in_a_child(folder, number)
        assert os.WIFSIGNALED(status), where
        assert os.WTERMSIG(status) == signal.SIGKILL, where
        assert in_a_child(folder, 0) == 0, where
        assert heads(folder) == heads(untouched), where
        assert orders(folder) == orders(untouched), where
        shutil.rmtree(folder)
