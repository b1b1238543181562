"""Several programs and threads append at once: nothing lost, nothing twice, no gap."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import ConcurrencyError
from core.events.envelope import Append
from core.types import StreamId
from storage.verification import verify
from tests.contract.sample_events import noted, notes
from tests.fixture_files import ROOT
from tests.storage.conftest import EVERYWHERE, SHARED

PROGRAMS, EVENTS, THREADS = 3, 60, 6


def writer(url: str, stream: str, count: int, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.storage.writer", url, stream, str(count), *more]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


def assert_whole(store, events: int) -> None:
    result = verify(store)
    assert result.ok, result.message
    assert result.events == events
    assert [event.position for event in store.read_all()] == list(range(1, events + 1))


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_programs_append_to_their_own_and_to_one_shared_stream(store, store_url):
    running = [writer(store_url, f"job/{n}", EVENTS, "shared") for n in range(PROGRAMS)]
    seen = 0
    while any(program.poll() is None for program in running):
        positions = [event.position for event in store.read_all(seen)]
        # A reader that goes on after the last position it saw never misses an event.
        assert positions == list(range(seen + 1, seen + 1 + len(positions)))
        seen += len(positions)
    assert [program.communicate()[1] for program in running] == [""] * PROGRAMS
    assert_whole(store, 2 * PROGRAMS * EVENTS)
    assert store.head("week/shared").version == PROGRAMS * EVENTS


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_threads_share_one_store(store):
    def append(thread: int) -> None:
        for number in range(20):
            store.commit([notes(f"job/{thread}", number, 1)])
            assert store.head(f"job/{thread}").version == number + 1
            assert len(list(store.read(f"job/{thread}"))) == number + 1

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(append, range(THREADS)))
    assert_whole(store, THREADS * 20)


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_one_of_many_wins_a_version_and_the_others_are_told(store):
    def claim(thread: int) -> bool:
        try:
            store.commit([Append(StreamId("week/claimed"), [noted(f"job/{thread}", 1)], 0)])
        except ConcurrencyError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(claim, range(THREADS))) == 1
    assert store.head("week/claimed").version == 1


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_the_same_commit_from_many_threads_is_stored_once(store):
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(lambda _: list(store.commit([notes("week/a", 0, 3)])), range(12)))
    assert all(result == results[0] for result in results)
    assert_whole(store, 3)
