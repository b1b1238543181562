"""SIGKILL before and after every commit and every order of a week that asks, then the same again.

The scheduler's process and the person's are one here: it proposes, one account is rejected, the others
approved, the run goes on. Whatever was interrupted is asked or said again after the restart.
"""

from __future__ import annotations

import asyncio
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
from tests.crash.deaths import check_death, fresh, in_a_child, keep_end, orders, passed
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
    keep_end(folder, store, points)
    store.close()


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


@pytest.fixture(scope="module")
def untouched(talked, tmp_path_factory) -> Path:
    folder = fresh(talked, tmp_path_factory.mktemp("untouched"))
    assert in_a_child(live, folder, 0) == 0
    return folder


def test_the_gate_has_something_to_lose(untouched):
    told = " ".join(passed(untouched))
    for kind in ("OrdersProposed", "ApprovalDecided", "ApprovalsConcluded", "broker.place"):
        assert kind in told
    assert told.count("commit") > 20
    assert len(orders(untouched)) >= 3
    assert set(orders(untouched).values()) == {1}
    assert not any(key.startswith(REJECTED) for key in orders(untouched))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_killed_approval_ends_as_if_nothing_had_happened(shard, talked, untouched, tmp_path):
    for number in range(1 + shard, len(passed(untouched)) + 1, SHARDS):
        check_death(live, number, fresh(talked, tmp_path / str(number)), untouched)
