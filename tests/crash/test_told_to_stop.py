"""Told to stop, a scheduler is gone in time whatever hangs in it, and its log is whole."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from config.wiring import open_store
from storage.verification import verify
from tests.crash.hanging_scheduler import LAST_S
from tests.fakes.desks import rules_settings
from tests.fixture_files import ROOT


@pytest.mark.parametrize("where", ["thread", "loop"])
@pytest.mark.parametrize("signals", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)])
def test_a_scheduler_is_gone_in_time_whatever_hangs(tmp_path, where, signals):
    store = f"sqlite:///{tmp_path}/desk.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.hanging_scheduler", store, where],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert any(line.strip() == "hanging" for line in process.stdout)
        told = time.monotonic()
        for number in signals:
            process.send_signal(number)
        assert process.wait(10 * LAST_S) == 0
        assert time.monotonic() - told < LAST_S + 1.5
        assert "the next start goes on with it" in process.stdout.read()
    finally:
        process.kill()
        process.communicate()
    opened = open_store(rules_settings(store))
    assert verify(opened).ok
    opened.close()
