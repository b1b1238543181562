"""The scheduler as a process: one at a time a store, and gone soon after it is told to go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from config.settings import load_settings
from config.wiring import open_store
from core.desk.opening import configured
from core.types import StoreKind
from tests.cli.clean_environment import clear, copied_root
from tests.fixture_files import ROOT

STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A root and an environment of its own; gives the path of its store."""
    clear(monkeypatch)
    monkeypatch.setenv("COUNCIL_ROOT", str(copied_root(tmp_path / "root")))
    monkeypatch.setenv("COUNCIL_STORE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    return tmp_path / "desk.db"


def start(log) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "scheduler.py")]
    return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=dict(os.environ))


def wait_for(words: str, log, process) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while words not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < give_up, log.read_text()
        time.sleep(0.1)


def test_one_at_a_time_a_store_and_gone_when_told(place, tmp_path):
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with first.open("w") as log:
        process = start(log)
    try:
        wait_for("scheduler: next: ", first, process)
        with second.open("w") as log:
            other = start(log)
        assert other.wait(STARTS_WITHIN) == 2
        line = f"scheduler: error: scheduler is being worked on by process {process.pid}"
        assert second.read_text().startswith(line)
        assert second.read_text().count("\n") == 1
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOPS_WITHIN)
    assert code == 0
    store = open_store(load_settings(profile="rules", store=str(place)))
    known = configured(store)
    store.close()
    assert known is not None
    assert known.kind is StoreKind.REAL


def test_a_configuration_it_cannot_read_is_one_line(place, tmp_path):
    (tmp_path / "root" / "config" / "risk.yaml").write_text("risk: [\n")
    log = tmp_path / "log"
    with log.open("w") as output:
        process = start(output)
    assert process.wait(STARTS_WITHIN) == 2
    assert log.read_text().startswith("scheduler: error: config/risk.yaml:")
    assert log.read_text().count("\n") == 1
    assert not place.exists()
