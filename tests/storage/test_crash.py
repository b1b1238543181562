"""A program killed at any moment loses nothing it was told is committed, and leaves a whole log."""

from __future__ import annotations

import random
import signal
import time

import pytest

from storage.verification import verify
from tests.storage.conftest import SHARED
from tests.storage.test_concurrent_appends import writer

KILLS, EVENTS = 8, 100_000


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_killed_writer_leaves_a_whole_log(store, store_url):
    chance = random.Random(20261118)
    committed = 0
    for _ in range(KILLS):
        program = writer(store_url, "job/killed", EVENTS)
        first = int(program.stdout.readline())
        time.sleep(chance.random() * 0.05)
        program.send_signal(signal.SIGKILL)
        told, errors = program.communicate()
        assert errors == ""
        # The last line may be torn; every whole one was committed before it was printed.
        committed = int((told.rpartition("\n")[0].splitlines() or [str(first)])[-1])
        assert first <= committed <= store.head("job/killed").version <= committed + 2
        result = verify(store)
        assert result.ok, result.message
    assert committed > KILLS
