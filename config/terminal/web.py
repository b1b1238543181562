"""`up`: the scheduler and the web app as two processes that start, and stop, together."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from config.listening import LOCALHOST
from core.errors import BadInput, CouncilError

STOP_WITHIN_S = 20.0
WATCH_EVERY_S = 60.0
STOPS_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Asked, told, or the terminal was closed."""
STORE_VARIABLE = "COUNCIL_STORE_URL"


def refuse_missing(*packages: str) -> None:
    """BadInput for a package the two processes need and this Python has not."""
    for name in packages:
        if importlib.util.find_spec(name) is None:
            raise BadInput(f"{name} is not installed for {sys.executable}: run `make env`")


def commands(
    root: Path, port: int, scheduler: Sequence[str], address: str = LOCALHOST
) -> dict[str, list[str]]:
    """The two processes by name: this Python, from the project's root, on this machine by default."""
    web = ["-m", "streamlit", "run", str(root / "streamlit_app.py")]
    # Without a name for itself Streamlit asks servers elsewhere for this machine's address.
    named = f"--browser.serverAddress={reached_at(address)}"
    options = [f"--server.port={port}", f"--server.address={address}", "--server.headless=true"]
    return {
        "scheduler": [sys.executable, str(root / "scheduler.py"), *scheduler],
        "web app": [sys.executable, *web, *options, named],
    }


def supervise(
    processes: Mapping[str, Sequence[str]],
    root: Path,
    store: str,
    ready: Callable[[], None],
    watch: Callable[[], None] = lambda: None,
) -> int:
    """Start all, call ``ready`` once the web app answers, pass signals on, stop all when one ends.

    ``watch`` is called every minute from then on: it looks whether the scheduler still lives.

    Returns 0 when asked to stop; CouncilError names a process that ended by itself.
    """
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    before = {one: signal.signal(one, stop) for one in STOPS_ON}
    environment = {**os.environ, STORE_VARIABLE: store}
    running = {
        name: subprocess.Popen(  # noqa: S603 - our own two programs
            command, cwd=root, env=environment, start_new_session=True
        )
        for name, command in processes.items()
    }
    try:
        return _watch(running, stopping, ready, watch)
    finally:
        _stop(running)
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(
    running: Mapping[str, subprocess.Popen[bytes]],
    stopping: list[int],
    ready: Callable[[], None],
    watch: Callable[[], None],
) -> int:
    told, looked_at = False, time.monotonic()
    while not stopping:
        for name, process in running.items():
            if process.poll() is not None:
                raise CouncilError(
                    f"the {name} ended by itself with code {process.returncode}: "
                    "its last lines above say why"
                )
        if not told and _answers(running["web app"].args):
            told = True
            ready()
        if told and time.monotonic() - looked_at > WATCH_EVERY_S:
            watch()
            looked_at = time.monotonic()
        time.sleep(0.2)
    return 0


def _answers(arguments: object) -> bool:
    """Whether the web app on the port in its own command line is healthy."""
    words = arguments if isinstance(arguments, list) else []
    given = dict(word.removeprefix("--server.").split("=") for word in words if "=" in word)
    host = reached_at(given["address"])
    try:
        url = f"http://{host}:{given['port']}/_stcore/health"
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def reached_at(address: str) -> str:
    """The host under which this machine reaches what listens on an address."""
    if address in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return LOCALHOST
    return f"[{address}]" if ":" in address else address


def _stop(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """SIGTERM to all, then SIGKILL to what is still there after its time."""
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_WITHIN_S
    for process in running.values():
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
