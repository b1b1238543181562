"""The worker as a process has it: it outlives its database, a start that fails, and a broker that hangs."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from config.worker import Worker
from core.errors import StoreUnusable
from core.types import StoreKind
from storage.leases import Lease
from tests.fakes.desks import bench, on, rules_settings

WITHIN_S = 15.0


class CutOff(Lease):
    """A lease whose database cannot be reached while ``cut`` is set."""

    cut = False

    def renew(self):
        self._reach()
        return super().renew()

    def release(self):
        self._reach()
        super().release()

    def _reach(self):
        if self.cut:
            raise StoreUnusable("store: the database server cannot be reached; start it")


@pytest.fixture
def made(tmp_path):
    settings = rules_settings(f"sqlite:///{tmp_path / 'events.db'}")
    paths = settings.paths.model_copy(update={"runs": tmp_path / "runs"})
    at = on("2024-03-13", "06:00")
    made = bench(settings.model_copy(update={"paths": paths}), at=at)
    yield made
    made.store.close()


def lease_on(made, ttl_s=0.4):
    return CutOff(made.store.engine, holder="this", ttl_s=ttl_s)


class Run:
    """The worker in a thread: ``raised`` is what ended it, ``over`` that it has."""

    def __init__(self, worker):
        self.raised, self._worker = [], worker
        self._thread = threading.Thread(target=self._run)

    @property
    def over(self):
        return not self._thread.is_alive()

    def _run(self):
        try:
            self._worker.run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.raised.append(error)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._worker.stop()
        self._thread.join()


def until(what):
    ends = time.monotonic() + WITHIN_S
    while not what() and time.monotonic() < ends:
        time.sleep(0.02)
    return what()


def test_a_database_away_for_longer_than_the_lease_ends_the_lead_and_not_the_process(made):
    lease = lease_on(made)
    desk = replace(made.desk, kind=StoreKind.REAL)
    worker = Worker(made.settings, made.store, lambda _: desk, lease=lease)
    with Run(worker) as run:
        assert until(lambda: worker.leads)
        lease.cut = True
        assert until(lambda: not worker.leads)
        lease.cut = False
        assert until(lambda: worker.leads or run.raised)
    assert run.raised == []


def test_a_leader_that_cannot_begin_hands_the_lead_back_and_tries_again(made):
    lease, tried = lease_on(made, ttl_s=20), []
    desk = replace(made.desk, kind=StoreKind.REAL)

    def build(_store):
        tried.append(lease.token)
        if lease.token in {1, 2}:
            raise StoreUnusable("store: another program holds it for too long")
        return desk

    worker = Worker(made.settings, made.store, build, lease=lease)
    with Run(worker) as run:
        assert until(lambda: worker.leads or run.raised)
        beating = [one for one in threading.enumerate() if "heartbeat" in one.name]
        assert len(beating) == 1
    assert run.raised == []
    assert lease.token is None


class Silent:
    """A broker's books over a wire that hangs."""

    def __init__(self):
        self.asked, self.answered = threading.Event(), threading.Event()

    def custodies(self):
        self.asked.set()
        self.answered.wait(30)
        return {}


def test_a_broker_that_hangs_at_the_start_does_not_stop_the_loop(made):
    """People are told of what happens while the first comparison waits for its answers."""
    silent, told = Silent(), threading.Event()

    async def aside():
        told.set()

    desk = replace(made.desk, kind=StoreKind.REAL, statements=silent)
    worker = Worker(
        made.settings, made.store, lambda _: desk, lease=lease_on(made), teller=lambda *_: aside
    )
    with Run(worker):
        assert until(silent.asked.is_set)
        assert until(told.is_set)
        assert worker.leads
        silent.answered.set()
