"""The scheduler and `up` as the processes they are: started, refused, stopped; nothing is left behind."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.wiring import open_configured
from core.desk.opening import configured
from core.types import StoreKind
from tests.fixture_files import ROOT
from tests.servers.serving import free_port


@pytest.fixture
def environment(demo, root):
    """A demonstration desk in a root of its own, and a port nobody uses."""
    port = free_port()
    store = f"sqlite:///{demo}"
    own = {"COUNCIL_STORE_URL": store, "COUNCIL_ROOT": str(root), "PORT_BACKEND": str(port)}
    return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}


@contextmanager
def started(environment, *words: str):
    """A process of ours; whatever happens, it is gone in the end."""
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        children = children_of(process)
        if process.poll() is None:
            process.kill()
        for child in children:  # they hold its pipes: what reads them would wait for their end
            if is_alive(child):
                os.kill(child, signal.SIGKILL)
        process.communicate()


def line_with(process, words: str, within_s: float = 60) -> str:
    """The next line on standard output that holds ``words``."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.5)[0]:
            line = process.stdout.readline()
            if words in line:
                return line
            if not line:
                break
    pytest.fail(f"no line with {words!r}: {process.stderr.read() if process.poll() else ''}")


def stop(process, number: int) -> tuple[int, float]:
    """The exit code, and how long it took."""
    began = time.monotonic()
    process.send_signal(number)
    code = process.wait(30)
    return code, time.monotonic() - began


def children_of(process) -> list[int]:
    """By Linux's own list, else by ``ps``, which small images lack."""
    if Path("/proc/self").exists():
        own = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        return [int(pid) for pid in own.read_text().split()] if own.exists() else []
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [pid for pid, parent in pairs if parent == process.pid]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_scheduler_says_what_comes_next_leads_alone_and_hands_over_when_it_stops(environment):
    with started(environment, "scheduler.py") as first:
        said = line_with(first, "next: ")
        assert re.search(r"next: \S+ at \d{4}-\d\d-\d\d \d\d:\d\d New York", said)
        line_with(first, "leading, token 1")
        with started(environment, "scheduler.py") as second:
            assert f"/{first.pid}/" in line_with(second, "standing by")
            code, seconds = stop(first, signal.SIGTERM)
            line_with(second, "leading, token 2")
            assert stop(second, signal.SIGTERM)[0] == 0
    assert code == 0
    assert seconds < 20  # promised; the machine may be busy


def test_a_standby_takes_over_from_a_leader_that_was_killed(environment):
    quick = {**environment, "COUNCIL_LEASE_S": "2"}
    with started(quick, "scheduler.py") as first:
        line_with(first, "leading, token 1")
        with started(quick, "scheduler.py") as second:
            line_with(second, "standing by")
            first.kill()
            line_with(second, "leading, token 2")


def test_a_leader_that_slept_through_its_lease_stands_by(environment):
    quick = {**environment, "COUNCIL_LEASE_S": "2"}
    with started(quick, "scheduler.py") as first:
        line_with(first, "leading, token 1")
        first.send_signal(signal.SIGSTOP)
        with started(quick, "scheduler.py") as second:
            line_with(second, "leading, token 2")
            first.send_signal(signal.SIGCONT)
            line_with(first, "no longer leading")
            line_with(first, "standing by")


def test_a_scheduler_that_cannot_start_says_why_in_one_line(environment, tmp_path):
    wrong = {**environment, "COUNCIL_STORE_URL": f"sqlite:///{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "scheduler.py"], cwd=ROOT, env=wrong, timeout=30, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in {1, 2}
    assert done.stderr.startswith("scheduler: error: store ")
    assert done.stderr.count("\n") == 1


def test_up_serves_the_pages_and_takes_both_processes_down_with_it(environment, demo):
    port = environment["PORT_BACKEND"]
    with started(environment, "cli.py", "up", "--store", str(demo)) as desk:
        assert f"http://127.0.0.1:{port}" in line_with(desk, "ready: ")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
            assert answer.read() == b"ok"
        children = children_of(desk)
        assert len(children) == 2
        code, _ = stop(desk, signal.SIGINT)
    assert code == 0
    assert not [child for child in children if is_alive(child)]
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", int(port)))


def test_up_ends_when_one_of_the_two_does_and_says_which(environment, demo):
    with started(environment, "cli.py", "up", "--store", str(demo)) as desk:
        line_with(desk, "ready: ")
        children = children_of(desk)
        os.kill(min(children), signal.SIGKILL)  # the scheduler was started first
        assert desk.wait(30) == 1
        assert "error: the scheduler ended by itself with code -9" in desk.stderr.read()
    assert not [child for child in children if is_alive(child)]


@pytest.mark.timeout(240)
def test_up_on_a_fresh_checkout_shows_the_demonstration_and_spends_nothing(environment, root):
    """No store, no `.env`, but a key lies around: six demonstration accounts by rules all the same."""
    fresh = {k: v for k, v in environment.items() if k != "COUNCIL_STORE_URL"}
    with started({**fresh, "OPENROUTER_API_KEY": "sk-or-found"}, "cli.py", "up") as desk:
        line_with(desk, "ready: ", within_s=200)
        children = children_of(desk)
        code, _ = stop(desk, signal.SIGHUP)  # its terminal was closed
    assert code == 0
    assert not [child for child in children if is_alive(child)]
    _, store = open_configured(str(root / "runs" / "demo.db"))
    known = configured(store)
    weeks = {row.week_id for row in store.read_all(types=["WeekClaimed"])}
    store.close()
    assert known is not None
    assert (known.kind, known.profile) == (StoreKind.DEMO, "rules")
    assert len(weeks) >= 26
