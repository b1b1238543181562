"""The heartbeat keeps a lease while the worker is busy, and says once when it is lost."""

from __future__ import annotations

import threading
import time

import pytest

from core.errors import ConfigError, LeaseLost, StoreUnusable
from storage.heartbeat import Heartbeat
from storage.leases import Lease, leader_of
from tests.contract.sample_events import notes
from tests.storage.conftest import POSTGRES, SHARED
from tests.storage.postgres import end_other_sessions

TTL, EVERY = 0.4, 0.05


class Losses:
    def __init__(self):
        self.count, self.heard = 0, threading.Event()

    def __call__(self):
        self.count += 1
        self.heard.set()


class FlakyLease(Lease):
    """A lease whose database answers nothing while ``broken``."""

    broken = False

    def renew(self):
        if self.broken:
            raise StoreUnusable("store: the database server cannot be reached")
        return super().renew()


@pytest.fixture
def losses():
    return Losses()


@pytest.fixture
def lease(store):
    won = FlakyLease(store.engine, holder="one", ttl_s=TTL)
    won.renew()
    return won


@pytest.fixture
def standby(store):
    return Lease(store.engine, holder="two", ttl_s=TTL)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
class TestBothDatabases:
    def test_a_worker_that_is_busy_for_longer_than_the_lease_keeps_it(self, lease, standby, losses):
        with Heartbeat(lease, EVERY, losses):
            end = time.monotonic() + 3 * TTL
            while time.monotonic() < end:  # a long blocking call, to the heartbeat's thread
                assert standby.renew() is None
                time.sleep(0.02)
        assert (lease.token, losses.count) == (1, 0)

    def test_a_stopped_heartbeat_leaves_the_lease_to_run_out(self, lease, standby, losses):
        with Heartbeat(lease, EVERY, losses):
            pass
        assert standby.renew() is None
        time.sleep(TTL + 0.02)
        assert standby.renew() == 2
        assert losses.count == 0

    def test_a_lost_lease_is_said_once(self, store, lease, losses):
        with Heartbeat(lease, EVERY, losses):
            with store.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE leases SET holder = 'two', token = 2")
            assert losses.heard.wait(5)
            time.sleep(3 * EVERY)
        assert losses.count == 1
        assert lease.token is None
        assert leader_of(store.engine).holder == "two"


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_a_server_that_ends_every_session_costs_neither_lease_nor_writes(
    store, store_url, lease, losses
):
    fenced = store.fenced(lease)
    with Heartbeat(lease, EVERY, losses):
        for number in range(4):
            end_other_sessions(store_url)
            fenced.commit([notes("week/a", number, 1)])
            time.sleep(2 * EVERY)
    assert (losses.count, lease.token) == (0, 1)


def threads():
    return [thread for thread in threading.enumerate() if "heartbeat" in thread.name]


def test_its_thread_ends_with_the_block(lease, losses):
    with Heartbeat(lease, EVERY, losses):
        assert len(threads()) == 1
    assert threads() == []


def test_it_stops_at_once_and_does_not_wait_for_the_next_beat(store, losses):
    lease = Lease(store.engine, holder="one", ttl_s=60)
    lease.renew()
    began = time.monotonic()
    with Heartbeat(lease, 30, losses):
        pass
    assert time.monotonic() - began < 5


def test_a_short_outage_of_the_database_costs_nothing(lease, losses, standby):
    with Heartbeat(lease, EVERY, losses):
        lease.broken = True
        time.sleep(TTL / 2)
        lease.broken = False
        time.sleep(TTL)
        assert standby.renew() is None
    assert losses.count == 0


def test_an_outage_as_long_as_the_lease_is_a_loss(lease, losses):
    began = time.monotonic()
    with Heartbeat(lease, EVERY, losses):
        lease.broken = True
        assert losses.heard.wait(5)
        took = time.monotonic() - began
    assert TTL - EVERY <= took < 3 * TTL
    assert losses.count == 1


def test_the_one_who_is_told_may_stop_it(lease):
    told = threading.Event()

    def stop():
        heartbeat.stop()
        told.set()

    heartbeat = Heartbeat(lease, EVERY, stop).start()
    lease.broken = True
    assert told.wait(5)
    heartbeat.stop()


def test_nothing_is_said_after_the_stop(lease, losses):
    heartbeat = Heartbeat(lease, EVERY, losses).start()
    lease.broken = True
    heartbeat.stop()
    time.sleep(TTL + 2 * EVERY)
    assert losses.count == 0


def test_only_a_leader_has_a_heartbeat(standby, losses):
    with pytest.raises(LeaseLost):
        Heartbeat(standby, EVERY, losses).start()


@pytest.mark.parametrize("every_s", [0, -1, TTL, 10])
def test_a_heartbeat_that_could_not_keep_the_lease_is_refused(lease, losses, every_s):
    with pytest.raises(ConfigError, match="cannot keep a lease"):
        Heartbeat(lease, every_s, losses)


def test_the_lease_of_a_worker_that_hangs_is_not_kept(lease, losses, standby):
    """Its thread would beat for ever while the worker does nothing any more."""
    turning = threading.Event()
    turning.set()
    with Heartbeat(lease, EVERY, losses, turning.is_set):
        time.sleep(1.5 * TTL)
        assert standby.renew() is None
        turning.clear()
        assert losses.heard.wait(5)
        time.sleep(TTL + 0.02)
        assert standby.renew() == 2
    assert losses.count == 1
