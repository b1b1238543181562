"""A Streamlit server of its own, awaited until it is healthy and stopped afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from tests.servers.serving import free_port

STARTS_WITHIN_S = 120.0
STOPS_WITHIN_S = 30.0


@dataclass(frozen=True)
class Served:
    address: str
    pid: int


@contextmanager
def streamlit_server(
    script: Path, folder: Path, logs: Path, env: Mapping[str, str], options: Sequence[str] = ()
) -> Iterator[Served]:
    """The app on a free port, started in ``folder``; RuntimeError with what it said where it does not come.

    What it says stands in ``web-PORT.log`` in ``logs``.
    """
    port = free_port()
    log = logs / f"web-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(script),
                f"--server.port={port}",
                *options,
            ],
            cwd=folder,
            env={**os.environ, **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            if not _healthy(address, process):
                raise RuntimeError(f"the web app did not start:\n{log.read_text()[-4000:]}")
            yield Served(address, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=STOPS_WITHIN_S)


def _healthy(address: str, process: subprocess.Popen[bytes]) -> bool:
    give_up = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return True
        except (URLError, OSError):
            time.sleep(0.1)
    return False
