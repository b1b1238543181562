"""The web app of the chaos run, asked all the while; whatever happens, it answers yes or not now."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

from tests.chaos.ground import Ground
from tests.fixture_files import ROOT
from tests.servers.serving import free_port

PATHS = ("/livez", "/healthz", "/metrics", "/")
FINE = (200, 503)
"""503 is ``/healthz`` while the store cannot be had."""
PAUSE_S = 0.2


class Web:
    """``answers`` counts statuses by path; ``wrong`` are those that no storm excuses."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._process: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._asker = threading.Thread(target=self._ask_on)
        self.answers: Counter[str] = Counter()
        self._port = free_port()

    @property
    def wrong(self) -> list[str]:
        """Answers that are neither yes nor not now, and a page that never came."""
        bad = [one for one in self.answers if int(one.rpartition(" ")[2]) not in FINE]
        missing = [path for path in PATHS if not self.answers[f"{path} 200"]]
        return [
            *(f"web app: {self.answers[one]} times {one}" for one in bad),
            *(f"web app: {path} was never answered" for path in missing),
        ]

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        where = {"COUNCIL_STORE_URL": self._ground.store, "COUNCIL_ROOT": str(self._ground.root)}
        run = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
        options = [f"--server.port={self._port}", "--server.address=127.0.0.1"]
        with (self._ground.path / "web.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*run, *options, "--server.headless=true"],
                cwd=ROOT, env={**os.environ, **where}, stdout=log, stderr=log,
            )  # fmt: skip
        if not self._asker.is_alive():
            self._asker.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> None:
        self._over.set()
        if self._asker.is_alive():
            self._asker.join()
        self.kill()

    def _ask_on(self) -> None:
        while not self._over.wait(PAUSE_S):
            for path in PATHS:
                status = self._asked(path)
                if status is not None:
                    self.answers[f"{path} {status}"] += 1

    def _asked(self, path: str) -> int | None:
        """The status; None while nobody listens or it takes too long."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=5) as got:
                return int(got.status)
        except urllib.error.HTTPError as no:
            with no:
                return int(no.code)
        except OSError:
            time.sleep(PAUSE_S)
            return None
