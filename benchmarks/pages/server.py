"""A Streamlit server of its own on a free port of this machine, and the memory it holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.streamlit_server import streamlit_server

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    address: str
    pid: int

    def megabytes(self) -> float:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def server(script: Path, env: Mapping[str, str], logs: Path) -> Iterator[Server]:
    """Started with the page profile switched on: that is how it tells what a script took."""
    profiled = ["--browser.gatherUsageStats=true"]
    with streamlit_server(script, ROOT, logs, env, profiled) as served:
        yield Server(served.address, served.pid)
