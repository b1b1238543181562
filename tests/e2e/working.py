"""A scheduler process at work on a store, for pages whose buttons shall do something."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from pages.http.store import STORE_VARIABLE
from tests.e2e.conftest import free_port
from tests.fixture_files import ROOT


@contextmanager
def scheduler(store: str, folder: Path):
    """The real one, leading on ``store``."""
    own = {STORE_VARIABLE: store, "PORT_SCHEDULER": str(free_port()), "PYTHONUNBUFFERED": "1"}
    with (folder / "scheduler.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "scheduler.py")],
            cwd=folder, env={**os.environ, **own}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)
