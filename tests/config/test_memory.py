"""What a long-lived process keeps of the memory it needed once."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

GLIBC = hasattr(ctypes.CDLL(None), "malloc_trim") if sys.platform != "win32" else False
SHOWS = """
import threading
from pathlib import Path
from config.memory import few_arenas, give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def work():
    kept.append([bytes(1_000) for _ in range(40_000)])
    kept[0][:] = kept[0][-1:]  # one small piece is left on top, so that nothing goes by itself

kept = []
assert few_arenas()
thread = threading.Thread(target=work)
thread.start()
thread.join()
before = resident()
assert give_back()
print(before - resident())
"""


@pytest.mark.skipif(not GLIBC, reason="the C library has no malloc_trim")
def test_what_a_thread_freed_goes_back_to_the_system():
    said = subprocess.run(
        [sys.executable, "-c", SHOWS], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(said.stdout) > 20_000_000
