"""Locks: one holder at a time per name, and nothing left behind by a process that died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from sqlalchemy import create_engine

from core.errors import BadInput
from storage.locks import AdvisoryLock, FileLock, LocalLock

HOLD = """
    import sys, time
    from pathlib import Path
    from storage.locks import FileLock
    with FileLock(Path(sys.argv[1])).hold("week/2024-03-06"):
        print("held", flush=True)
        time.sleep(60)
"""


@pytest.fixture(params=["file", "local", "postgres"])
def lock(request, tmp_path):
    if request.param == "file":
        yield FileLock(tmp_path / "locks")
    elif request.param == "local":
        yield LocalLock()
    else:
        engine = create_engine(request.getfixturevalue("pg_url"))
        yield AdvisoryLock(engine)
        engine.dispose()


def test_a_name_that_is_held_is_refused_in_one_line(lock):
    with (
        lock.hold("week/2024-03-06"),
        pytest.raises(BadInput, match="week/2024-03-06 is being worked on"),
        lock.hold("week/2024-03-06"),
    ):
        pytest.fail("two held one name")


def test_other_names_and_later_holders_are_free(lock):
    with lock.hold("week/a"), lock.hold("week/b"):
        pass
    with lock.hold("week/a"):
        pass


def test_an_error_inside_gives_the_lock_back(lock):
    with pytest.raises(ValueError, match="inside"), lock.hold("week/a"):
        raise ValueError("inside")
    with lock.hold("week/a"):
        pass


def test_a_killed_holder_is_not_waited_for(tmp_path):
    held = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    with (
        pytest.raises(BadInput, match=f"process {held.pid}"),
        FileLock(tmp_path).hold("week/2024-03-06"),
    ):
        pass
    os.kill(held.pid, signal.SIGKILL)
    held.wait()
    held.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            with FileLock(tmp_path).hold("week/2024-03-06"):
                return
        except BadInput:
            time.sleep(0.01)
    pytest.fail("the lock of a killed process was never given back")
