"""A signal that arrives just before the main thread goes to sleep is heard all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.fixture_files import ROOT

SLEEPS_AT_ONCE = """
import os, sys, time
from scheduler import stop_on_signals

class Stubborn:
    def stop(self): pass

for number in range(12):
    if os.fork() == 0:
        stop_on_signals(Stubborn(), 0.1)
        print(os.getpid(), flush=True)
        time.sleep(120)
        os._exit(1)
    os.wait()
"""


def test_signals_in_the_moment_before_a_long_sleep_end_the_process_in_time():
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPS_AT_ONCE], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    told = 0
    try:
        for line in process.stdout:
            if not line.strip().isdigit():
                continue
            os.kill(int(line), signal.SIGINT)
            os.kill(int(line), signal.SIGTERM)
            told += 1
        assert process.wait(60) == 0
        assert told == 12
    finally:
        process.kill()
        process.communicate()
