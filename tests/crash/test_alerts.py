"""Real processes at one outbox: two at once send each alert once, a killed one at most one twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest

from tests.fakes.alerts import NOON, memory, slot
from tests.fixture_files import ROOT
from tests.servers.alert_server import alert_server, listening

ALERTS = 24
SENDER = str(ROOT / "tests" / "crash" / "alert_sender.py")


@pytest.fixture
def url(tmp_path):
    """A store with failed slots in it that nobody was told of."""
    address = f"sqlite:///{tmp_path}/events.db"
    store = memory(address)
    for number in range(ALERTS):
        slot(store, NOON - number * timedelta(minutes=1))
    store.close()
    return address


def sender(url: str, address: str, minutes: int = 0) -> subprocess.Popen[str]:
    """A process that stands ready at the outbox and waits for the word."""
    command = [sys.executable, SENDER, url, address, str(minutes)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_processes_at_once_send_each_alert_once(url):
    with alert_server() as server, listening(server):
        both = [sender(url, server.url), sender(url, server.url)]
        for process in both:
            go(process)
        assert [process.wait(60) for process in both] == [0, 0]
        for process in both:
            process.communicate()
    assert len(server.titles()) == len(set(server.titles())) == ALERTS


def test_a_process_killed_while_it_sends_loses_nothing(url):
    with alert_server() as server, listening(server):
        killed = sender(url, server.url)
        go(killed)
        while len(server.taken) < 5:
            time.sleep(0.005)
        killed.kill()
        killed.communicate()
        last = sender(url, server.url, minutes=10)
        last.communicate("\n", timeout=60)
        assert last.returncode == 0
    counts = Counter(server.titles())
    assert len(counts) == ALERTS
    assert sum(counts.values()) <= ALERTS + 1
