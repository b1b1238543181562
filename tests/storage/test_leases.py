"""Leases: one leader at a time, a token that only rises, and clocks that may say what they like."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import StoreUnusable
from storage.event_store import open_store
from storage.leases import Lease, leader_of
from storage.queries import StoreReader
from tests.storage.conftest import EVERYWHERE, REGISTRY, SHARED

EVERY_DATABASE = pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
TTL = 20.0


class WallClock:
    """Seconds since 1970 as one process sees them; it can be set, as real ones can."""

    def __init__(self):
        self.seconds = 1_795_000_000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return WallClock()


@pytest.fixture
def one(store, clock):
    return Lease(store.engine, holder="one", ttl_s=TTL, now=clock)


@pytest.fixture
def two(store, clock):
    return Lease(store.engine, holder="two", ttl_s=TTL, now=clock)


@EVERY_DATABASE
class TestEveryDatabase:
    def test_nobody_leads_a_new_store(self, store, one):
        assert one.token is None
        assert leader_of(store.engine) is None

    def test_the_first_to_ask_leads_and_the_second_stands_by(self, one, two):
        assert (one.renew(), two.renew()) == (1, None)
        assert (one.token, two.token) == (1, None)

    def test_a_heartbeat_prolongs_under_the_same_token(self, one, two, clock):
        one.renew()
        for _ in range(3):
            clock.seconds += TTL - 1
            assert (one.renew(), two.renew()) == (1, None)

    def test_an_expired_lease_is_won_under_the_next_token(self, one, two, clock):
        one.renew()
        clock.seconds += TTL - 0.001
        assert two.renew() is None
        clock.seconds += 0.001
        assert two.renew() == 2

    def test_an_expired_lease_that_nobody_wanted_is_prolonged(self, one, clock):
        one.renew()
        clock.seconds += 10 * TTL
        assert one.renew() == 1

    def test_the_loser_is_told_once_before_it_may_win_again(self, one, two, clock):
        one.renew()
        clock.seconds += TTL
        two.renew()
        clock.seconds += TTL
        assert one.token == 1  # it does not know yet
        assert one.renew() is None
        assert one.token is None
        assert one.renew() == 3

    def test_a_released_lease_is_free_at_once_and_its_token_stays_used(self, store, one, two):
        one.renew()
        one.release()
        assert one.token is None
        assert leader_of(store.engine) is None
        assert two.renew() == 2

    def test_only_the_holder_can_release(self, one, two, clock):
        one.renew()
        clock.seconds += TTL
        two.renew()
        one.release()
        assert (two.renew(), one.renew()) == (2, None)

    def test_a_namesake_is_another_holder(self, store, one, clock):
        one.renew()
        restarted = Lease(store.engine, holder="one", ttl_s=TTL, now=clock)
        assert restarted.renew() is None
        clock.seconds += TTL
        assert (restarted.renew(), one.renew()) == (2, None)

    def test_leases_of_other_names_do_not_meet(self, store, one):
        other = Lease(store.engine, "web", holder="two")
        assert (one.renew(), other.renew()) == (1, 1)

    def test_pages_see_who_leads_and_whether_it_is_alive(self, store):
        lease = Lease(store.engine, holder="host/1", ttl_s=0.05)
        lease.renew()
        leader = leader_of(store.engine)
        assert (leader.holder, leader.token, leader.alive) == ("host/1", 1, True)
        assert (leader.expires_at - leader.heartbeat_at).total_seconds() == pytest.approx(0.05, 0.1)
        time.sleep(0.06)
        assert not leader_of(store.engine).alive

    def test_threads_that_all_want_it_make_one_leader(self, store):
        leases = [Lease(store.engine, holder=f"thread {n}") for n in range(6)]
        with ThreadPoolExecutor(6) as pool:
            won = list(pool.map(lambda lease: lease.renew(), leases))
        assert sorted(won, key=str) == [1] + [None] * 5


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
class TestClocks:
    def test_without_a_clock_of_ours_a_lease_ends_by_the_databases(self, store):
        one, two = (Lease(store.engine, holder=name, ttl_s=0.2) for name in ("one", "two"))
        assert (one.renew(), two.renew()) == (1, None)
        time.sleep(0.21)
        assert two.renew() == 2

    def test_a_clock_set_back_does_not_keep_a_dead_leader_alive(self, store):
        clock = WallClock()
        dead = Lease(store.engine, holder="dead", ttl_s=0.2, now=clock)
        dead.renew()
        clock.seconds -= 3600
        standby = Lease(store.engine, holder="standby", now=clock)
        assert standby.renew() is None
        time.sleep(0.1)
        assert standby.renew() is None
        time.sleep(0.11)
        assert standby.renew() == 2

    def test_a_clock_set_back_does_not_dethrone_a_leader_that_beats(self, store):
        clock = WallClock()
        living = Lease(store.engine, holder="living", ttl_s=0.2, now=clock)
        standby = Lease(store.engine, holder="standby", now=clock)
        living.renew()
        clock.seconds -= 3600
        for _ in range(6):
            assert (living.renew(), standby.renew()) == (1, None)
            time.sleep(0.05)
            clock.seconds += 0.05

    def test_a_clock_that_jumps_ahead_makes_one_new_leader_and_not_two(self, store):
        ahead = WallClock()
        ahead.seconds += 3600
        one = Lease(store.engine, holder="one", now=WallClock())
        two = Lease(store.engine, holder="two", now=ahead)
        assert one.renew() == 1
        assert two.renew() == 2
        assert one.renew() is None

    def test_other_connections_contend_as_well(self, store, store_url):
        other = open_store(store_url, registry=REGISTRY)
        one, two = Lease(store.engine, holder="one"), Lease(other.engine, holder="two")
        assert (one.renew(), two.renew()) == (1, None)
        one.release()
        assert (two.renew(), one.renew()) == (2, None)
        other.close()


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_page_that_may_only_read_sees_the_leader(store, store_url):
    reader = StoreReader.at(store_url)
    assert reader.leader() is None
    Lease(store.engine, holder="host/1").renew()
    assert (reader.leader().holder, reader.leader().alive) == ("host/1", True)
    reader.close()


def test_a_store_that_is_not_there_has_no_leader(tmp_path):
    assert StoreReader.at(f"sqlite:///{tmp_path / 'none.db'}").leader() is None
    assert not (tmp_path / "none.db").exists()


def test_a_database_that_cannot_be_asked_leaves_the_lease_as_it_was(store, one, tmp_path):
    one.renew()
    store.close()
    (tmp_path / "events.db").rename(tmp_path / "away.db")
    (tmp_path / "events.db").mkdir()
    with pytest.raises(StoreUnusable):
        one.renew()
    assert one.token == 1
    (tmp_path / "events.db").rmdir()
    (tmp_path / "away.db").rename(tmp_path / "events.db")
    assert one.renew() == 1


def test_a_store_of_an_older_program_has_no_leader_to_show(store):
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE leases")
    assert leader_of(store.engine) is None
