"""A fenced store: the leader's writes go on, a former leader's do not, whatever it believes."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import LeaseLost
from core.events.envelope import Append
from core.types import StreamId
from storage.event_store import open_store
from storage.leases import Lease
from storage.verification import verify
from tests.contract.event_store import EventStoreContract
from tests.contract.sample_events import Noted, noted, notes
from tests.storage.conftest import EVERYWHERE, REGISTRY, SHARED
from tests.storage.test_leases import TTL, WallClock

STREAM = StreamId("week/led")
numbers = count(1)


@pytest.fixture
def clock():
    return WallClock()


@pytest.fixture
def lease(store, clock):
    won = Lease(store.engine, holder="one", ttl_s=TTL, now=clock)
    won.renew()
    return won


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestFencedStoreOfTheLeader(EventStoreContract):
    @pytest.fixture
    def store(self, open_at):
        plain = open_at()
        lease = Lease(plain.engine, holder="one")
        lease.renew()
        return plain.fenced(lease)


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestEveryDatabase:
    @pytest.fixture
    def deposed(self, store, lease, clock):
        """The store of a leader that wrote one note and was then overtaken without knowing it."""
        fenced = store.fenced(lease)
        fenced.commit([notes(STREAM, 0, 1)])
        clock.seconds += TTL
        successor = Lease(store.engine, holder="two", ttl_s=TTL, now=clock)
        assert successor.renew() == 2
        return fenced

    def test_a_former_leader_is_told_who_leads_and_writes_nothing(self, store, deposed):
        before = list(store.read_all())
        with pytest.raises(LeaseLost, match=r"two .token 2. holds the scheduler lease.*token 1"):
            deposed.commit([notes(STREAM, 1, 1)])
        assert list(store.read_all()) == before

    def test_not_even_what_is_stored_already(self, deposed):
        with pytest.raises(LeaseLost):
            deposed.commit([notes(STREAM, 0, 1)])

    def test_the_loss_is_said_before_any_other_fault_of_the_commit(self, deposed):
        with pytest.raises(LeaseLost):
            deposed.commit([notes(STREAM, 7, 1)])
        with pytest.raises(LeaseLost):
            deposed.commit([Append(STREAM, [noted(STREAM, 1, text="another")], 1)])

    def test_a_former_leader_still_reads(self, deposed):
        assert [event.version for event in deposed.read(STREAM)] == [1]
        assert deposed.head(STREAM).version == deposed.last_position() == 1
        deposed.catch_up()

    def test_the_plain_store_of_a_face_is_not_fenced(self, store, deposed):
        assert store.commit([notes(STREAM, 1, 1)])[0].version == 2

    def test_a_leader_that_expired_unnoticed_may_write_until_another_wins(
        self, store, lease, clock
    ):
        fenced = store.fenced(lease)
        clock.seconds += 100 * TTL
        fenced.commit([notes(STREAM, 0, 1)])

    def test_who_released_the_lease_writes_no_more(self, store, lease):
        fenced = store.fenced(lease)
        lease.release()
        with pytest.raises(LeaseLost, match="nobody holds the scheduler lease"):
            fenced.commit([notes(STREAM, 0, 1)])

    def test_what_was_begun_under_a_lost_token_does_not_go_on_under_a_later_one(
        self, store, deposed, lease, clock
    ):
        clock.seconds += TTL
        assert (lease.renew(), lease.renew()) == (None, 3)
        with pytest.raises(LeaseLost):
            deposed.commit([notes(STREAM, 1, 1)])
        store.fenced(lease).commit([notes(STREAM, 1, 1)])

    def test_a_token_given_out_anew_on_a_restored_backup_is_another_holders(self, store, lease):
        fenced = store.fenced(lease)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM leases")
        assert Lease(store.engine, holder="two").renew() == 1
        with pytest.raises(LeaseLost):
            fenced.commit([notes(STREAM, 0, 1)])

    def test_who_never_led_gets_no_fenced_store(self, store):
        with pytest.raises(LeaseLost, match="one does not hold the scheduler lease"):
            store.fenced(Lease(store.engine, holder="one"))


class Gate:
    """A projection that stops an append in the middle of its transaction until it is let through."""

    name, types = "gate", None

    def __init__(self):
        self.entered, self.opened = threading.Event(), threading.Event()

    def reset(self, connection):
        pass

    def apply(self, connection, events):
        self.entered.set()
        assert self.opened.wait(10)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
class TestTwoConnections:
    def test_an_append_that_was_checked_ends_before_another_can_win(
        self, open_at, clock, store_url
    ):
        gate = Gate()
        old = open_at(projections=[gate])
        lease = Lease(old.engine, holder="one", ttl_s=TTL, now=clock)
        lease.renew()
        fenced, new = old.fenced(lease), open_store(store_url, registry=REGISTRY)
        successor = Lease(new.engine, holder="two", ttl_s=TTL, now=clock)

        def win():
            return successor.renew(), new.head(STREAM).version

        with ThreadPoolExecutor(2) as pool:
            append = pool.submit(fenced.commit, [notes(STREAM, 0, 1)])
            assert gate.entered.wait(10)
            clock.seconds += TTL
            won = pool.submit(win)
            time.sleep(0.2)
            assert not won.done()
            gate.opened.set()
            assert append.result()[0].version == 1
            # The new leader never reads a log to which the old one still adds.
            assert won.result() == (2, 1)
        with pytest.raises(LeaseLost):
            fenced.commit([notes(STREAM, 1, 1)])
        new.close()

    def test_contending_threads_leave_a_log_whose_tokens_only_rise(self, store, store_url):
        stores = [store, *(open_store(store_url, registry=REGISTRY) for _ in range(2))]
        end = time.monotonic() + 2

        def contend(number: int) -> None:
            lease = Lease(stores[number].engine, holder=f"process {number}", ttl_s=0.03)
            while time.monotonic() < end:
                if lease.renew() is None:
                    time.sleep(0.003)
                    continue
                fenced = stores[number].fenced(lease)
                for _ in range(20):  # on and on, without asking whether the lease is over
                    if not wrote(fenced, lease.token):
                        break
                    time.sleep(0.003)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(contend, range(3)))
        tokens = [int(event.payload["text"]) for event in store.read(STREAM)]
        assert tokens == sorted(tokens)
        assert len(set(tokens)) > 5
        assert verify(store).ok
        for other in stores[1:]:
            other.close()


def wrote(fenced, token: int) -> bool:
    """Whether the leader under this token may append one more note, which names the token."""
    while True:
        event = noted(STREAM, next(numbers), text=str(token))
        try:
            fenced.commit([Append(STREAM, [event], fenced.head(STREAM).version)])
        except LeaseLost:
            return False
        return True


PROCESSES = 3
who = st.integers(0, PROCESSES - 1)
step = st.one_of(
    st.tuples(st.sampled_from(["renew", "write", "write", "release"]), who, st.just(0.0)),
    st.tuples(st.just("set clock"), who, st.floats(-100, 100)),
    st.tuples(st.just("wait"), who, st.floats(0, 2 * TTL)),
)


class Play:
    """Three processes with wall clocks of their own on one database, each with its last token."""

    def __init__(self, store, name: str) -> None:
        self.store = store
        self.stream = StreamId(f"job/{name}")
        self.clocks = [WallClock() for _ in range(PROCESSES)]
        self.leases = [
            Lease(store.engine, name, holder=f"process {n}", ttl_s=TTL, now=self.clocks[n])
            for n in range(PROCESSES)
        ]
        self.fenced = [None] * PROCESSES
        self.newest, self.leads = 0, None
        self.written = []

    def take(self, action: str, n: int, seconds: float) -> None:
        match action:
            case "renew":
                self.renew(n)
            case "release":
                self.leases[n].release()
                self.leads = None if self.leads == n else self.leads
            case "write":
                self.write(n)
            case "set clock":
                self.clocks[n].seconds += seconds
            case "wait":
                for clock in self.clocks:
                    clock.seconds += seconds

    def renew(self, n: int) -> None:
        before, token = self.leases[n].token, self.leases[n].renew()
        if token is None or token == before:
            return
        assert token == self.newest + 1
        self.newest, self.leads = token, n
        self.fenced[n] = (token, self.store.fenced(self.leases[n]))

    def write(self, n: int) -> None:
        """With whatever store the process won last, however long ago."""
        if self.fenced[n] is None:
            return
        token, fenced = self.fenced[n]
        written = wrote_to(fenced, self.stream, token)
        assert written == (self.leads == n and token == self.newest)
        if written:
            self.written.append(token)


def wrote_to(fenced, stream: StreamId, token: int) -> bool:
    version = fenced.head(stream).version
    try:
        fenced.commit([Append(stream, [noted(stream, version + 1, text=str(token))], version)])
    except LeaseLost:
        return False
    return True


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step, min_size=5, max_size=25))
def test_no_two_tokens_can_both_write_in_whatever_order_things_happen(store, steps):
    play = Play(store, f"play {next(numbers)}".replace(" ", "-"))
    for action, n, seconds in steps:
        play.take(action, n, seconds)
    assert [store.decode(event) for event in store.read(play.stream)] == [
        Noted(text=str(token)) for token in play.written
    ]
    assert play.written == sorted(play.written)
