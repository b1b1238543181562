"""Locks: one holder at a time per name, and nothing left behind by a process that died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from sqlalchemy import create_engine, make_url

from core.errors import BadInput, Busy, StoreUnusable
from storage.engine import make_engine
from storage.locks import AdvisoryLock, FileLock, LeaderLock, LocalLock
from tests.storage.postgres import end_other_sessions

HOLD = """
    import sys, time
    from pathlib import Path
    from storage.locks import FileLock
    with FileLock(Path(sys.argv[1]), shared=len(sys.argv) > 2).hold("week/2024-03-06"):
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


def holder(*arguments: str) -> subprocess.Popen[str]:
    """A process that holds the week's lock in a folder; with one more argument shared."""
    command = [sys.executable, "-c", textwrap.dedent(HOLD), *arguments]
    held = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    return held


def test_a_killed_holder_is_not_waited_for(tmp_path):
    held = holder(str(tmp_path))
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


@pytest.fixture(params=["file", "postgres"])
def make_lock(request, tmp_path):
    """Locks of the kind that a leader shares with others, alone or shared."""
    if request.param == "file":
        yield lambda **options: FileLock(tmp_path / "locks", **options)
        return
    engine = make_engine(request.getfixturevalue("pg_url"))
    yield lambda **options: AdvisoryLock(engine, **options)
    engine.dispose()


def test_leaders_do_not_wait_for_each_other_across_processes(make_lock):
    former, now = (LeaderLock(make_lock(shared=True)) for _ in range(2))
    with former.hold("week/a"), now.hold("week/a"):
        pass


def test_within_its_process_a_leader_works_on_a_week_once(make_lock):
    leader = LeaderLock(make_lock(shared=True))
    with (
        leader.hold("week/a"),
        pytest.raises(Busy, match="week/a is being worked on by this process"),
        leader.hold("week/a"),
    ):
        pytest.fail("one process held a name twice")
    with leader.hold("week/a"):
        pass


def test_a_leader_and_a_person_at_a_terminal_exclude_each_other(make_lock):
    leader, person = LeaderLock(make_lock(shared=True)), make_lock()
    with leader.hold("week/a"), pytest.raises(Busy), person.hold("week/a"):
        pytest.fail("a person worked beside a leader")
    with person.hold("week/a"), pytest.raises(Busy), leader.hold("week/a"):
        pytest.fail("a leader worked beside a person")
    with leader.hold("week/a"):
        pass


def test_what_a_frozen_process_holds_stays_held_but_not_from_a_leader(tmp_path):
    frozen = holder(str(tmp_path), "shared")
    frozen.send_signal(signal.SIGSTOP)
    os.waitpid(frozen.pid, os.WUNTRACED)
    with pytest.raises(Busy), FileLock(tmp_path).hold("week/2024-03-06"):
        pytest.fail("flock was taken from a process that lives")
    with LeaderLock(FileLock(tmp_path, shared=True)).hold("week/2024-03-06"):
        pass
    frozen.kill()
    frozen.wait()
    frozen.stdout.close()


@pytest.mark.postgres
def test_a_server_that_was_restarted_meanwhile_costs_the_work_nothing(pg_url):
    engine = make_engine(pg_url)
    lock = AdvisoryLock(engine)
    with lock.hold("week/a"):
        end_other_sessions(pg_url)
    with lock.hold("week/a"):
        pass
    engine.dispose()


@pytest.mark.postgres
def test_a_server_that_is_away_is_an_error_of_the_store(pg_url, tmp_path):
    away = make_url(pg_url).update_query_dict({"host": str(tmp_path)})
    engine = make_engine(away.render_as_string(hide_password=False))
    with pytest.raises(StoreUnusable), AdvisoryLock(engine).hold("week/a"):
        pytest.fail("locked on a server that is away")
    engine.dispose()
