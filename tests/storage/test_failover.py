"""Real processes: one is killed or frozen, the other takes over, and only one of them ever writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from storage.leases import Lease, leader_of
from storage.verification import verify
from tests.fixture_files import ROOT
from tests.storage.conftest import POSTGRES, SHARED
from tests.storage.leading import STREAM

TTL = 1.0


class Leader:
    """A process of ``tests.storage.leading`` and what it says."""

    def __init__(self, url: str, holder: str) -> None:
        command = [sys.executable, "-m", "tests.storage.leading", url, holder, str(TTL)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def heard(self, *words: str) -> str:
        """The next line that begins with one of these words."""
        for line in self.process.stdout:
            if line.startswith(words):
                return line.strip()
        pytest.fail(f"the process ended without saying {words}")

    def told(self, word: str) -> str:
        self.process.stdin.write(f"{word}\n")
        return self.heard("at", "refused")

    def frozen(self, *words: str) -> None:
        """Tell it the words, the last of which stops it, and wait until it is stopped."""
        self.process.stdin.write("".join(f"{word}\n" for word in words))
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)

    def thawed(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def leads(store, store_url):
    """Starts leaders on the test's store, and ends whatever is left of them."""
    with ended_at_last() as started:

        def start(holder: str) -> Leader:
            started.append(Leader(store_url, holder))
            return started[-1]

        yield start


@contextmanager
def ended_at_last():
    started = []
    yield started
    for leader in started:
        leader.process.kill()
        leader.process.wait()
        leader.process.stdout.close()
        leader.process.stdin.close()


def writers(store) -> list[str]:
    return [event.payload["text"] for event in store.read(STREAM)]


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
class TestBothDatabases:
    def test_a_standby_leads_within_the_lease_when_the_leader_is_killed(self, store, leads):
        one = leads("one")
        assert one.heard("won") == "won 1"
        assert one.told("write") == "at 1"
        two = leads("two")
        two.heard("ready")
        time.sleep(1.5 * TTL)  # more than a lease long, which the first keeps by its heartbeat
        assert leader_of(store.engine).holder == "one"
        one.process.kill()
        killed = time.monotonic()
        assert two.heard("won") == "won 2"
        assert time.monotonic() - killed < TTL + 1.5
        assert two.told("write") == "at 2"
        assert writers(store) == ["one", "two"]

    def test_a_leader_that_slept_through_its_lease_writes_nothing(self, store, leads):
        one = leads("one")
        assert one.heard("won") == "won 1"
        assert one.told("write") == "at 1"
        two = leads("two")
        one.frozen("freeze")
        assert two.heard("won") == "won 2"
        assert two.told("write") == "at 2"
        one.thawed()
        for number in range(3, 6):
            assert one.told("write") == "refused LeaseLost"
            assert one.told("again") == "refused LeaseLost"
            assert two.told("write") == f"at {number}"
        assert writers(store) == ["one"] + ["two"] * 4
        assert verify(store).ok

    def test_a_leader_that_slept_through_its_lease_is_told(self, leads):
        one = leads("one")
        one.heard("won")
        two = leads("two")
        one.frozen("freeze")
        two.heard("won")
        one.thawed()
        assert one.heard("lost") == "lost"

    def test_a_short_sleep_costs_nothing(self, leads):
        one = leads("one")
        one.heard("won")
        one.frozen("freeze")
        time.sleep(TTL / 4)
        one.thawed()
        assert one.told("write") == "at 1"


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_postgresql_takes_the_append_lock_from_a_leader_frozen_in_an_append(store, leads):
    one = leads("one")
    one.heard("won")
    one.frozen("freeze-inside", "write")
    two = leads("two")
    assert two.heard("won") == "won 2"
    assert two.told("write") == "at 1"
    one.thawed()
    assert one.heard("refused") == "refused StoreUnusable"
    assert one.told("write") == "refused LeaseLost"
    assert writers(store) == ["two"]
    assert verify(store).ok


def test_on_sqlite_a_leader_frozen_in_an_append_ends_it_before_another_can_win(store, leads):
    one = leads("one")
    one.heard("won")
    one.frozen("freeze-inside", "write")
    standby = Lease(store.engine, holder="two", ttl_s=TTL)
    with ThreadPoolExecutor(1) as pool:
        time.sleep(TTL)
        won = pool.submit(standby.renew)
        time.sleep(TTL / 2)
        assert not won.done()
        one.thawed()
        assert one.heard("at") == "at 1"
        token = won.result()
    # Who is faster now may lead; either way one of them writes and the other does not.
    assert one.told("write") == ("at 2" if token is None else "refused LeaseLost")
    assert verify(store).ok
