"""A scheduler process at work on a store, for pages whose buttons shall do something."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from core.clock import FixedClock, SystemClock, in_new_york
from core.desk.weekly import run_week
from core.types import StoreKind, week_of
from pages.http.store import STORE_VARIABLE
from tests.fakes.desks import bench, rules_settings
from tests.fakes.manual_desks import manual
from tests.fixture_files import ROOT
from tests.servers.serving import free_port


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


def proposed(url: str) -> None:
    """A week that waits for its approval; in a thread, for a browser has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_propose, url).result()


def _propose(url: str) -> None:
    """This week's run of a real desk of rules, stopped before its orders."""
    now = SystemClock().now()
    settings = manual(rules_settings(url), expires=48)
    made = bench(settings, kind=StoreKind.REAL, clock=FixedClock(now))
    asyncio.run(run_week(made.desk, week_of(in_new_york(now).date())))
    made.store.close()
