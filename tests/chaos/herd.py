"""The processes of a chaos run: forked, killed, frozen, woken, and seen when they die by themselves."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.chaos.ground import Ground
from tests.fixture_files import ROOT

SCHEDULERS = ("one", "two")
READER = "reader"
MOST_DEATHS = 20
STOP_WITHIN_S = 20.0


class Herd:
    """Every process by its name; ``died`` are those that ended though nobody had told them to."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._pids: dict[str, int] = {}
        self._frozen: set[str] = set()
        self._wanted: set[str] = set()
        self._until: dict[str, float] = {}
        self.died: list[str] = []
        file = ground.save(ground.path / "ground.json")
        self._maker = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.desk_process", str(file)],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._said() == "ready"

    def start(self, name: str) -> None:
        """Nothing happens when it runs already; one that is stopping is started once it is gone."""
        if self.is_alive(name):
            self._wanted.add(name)
            return
        assert self._maker.stdin is not None
        role = READER if name == READER else "scheduler"
        self._maker.stdin.write(f"{role} {name}\n")
        self._maker.stdin.flush()
        self._pids[name] = int(self._said())
        self._wanted.discard(name)

    def is_alive(self, name: str) -> bool:
        return name in self._pids and _exists(self._pids[name])

    def kill(self, name: str) -> None:
        self._signal(name, signal.SIGKILL)
        self._forget(name)

    def stop(self, name: str) -> None:
        """SIGTERM; it has its time, and `watch` looks whether it keeps to it."""
        self.wake(name)
        self._signal(name, signal.SIGTERM)
        self._until[name] = time.monotonic() + STOP_WITHIN_S

    def stopping(self) -> bool:
        """Whether any of them is still on its way out."""
        self.watch()
        return bool(self._until)

    def freeze(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)
        self._frozen.add(name)

    def wake(self, name: str) -> None:
        if name in self._frozen:
            self._signal(name, signal.SIGCONT)
            if name in self._until:  # it could not leave in its sleep
                self._until[name] = time.monotonic() + STOP_WITHIN_S
        self._frozen.discard(name)

    def watch(self) -> None:
        """Note who is gone without having been told, and who was told and stays."""
        for name, pid in list(self._pids.items()):
            ends = self._until.get(name)
            if ends is not None:
                self._leaving(name, pid, ends)
            elif not _exists(pid):
                self._note(f"{name} ({pid}) ended by itself", name)
                self._forget(name)
                self.start(name)

    def _leaving(self, name: str, pid: int, ends: float) -> None:
        if _exists(pid) and (name in self._frozen or time.monotonic() < ends):
            return
        if _exists(pid):
            self._signal(name, signal.SIGUSR1)  # it writes down where each of its threads is
            time.sleep(0.3)
            self._note(f"{name} ({pid}) did not stop within {STOP_WITHIN_S:g} s", name)
            self._signal(name, signal.SIGKILL)
        self._forget(name)
        if name in self._wanted:
            self.start(name)

    def _note(self, what: str, name: str) -> None:
        self.died.append(f"{what}: {_tail(self._ground.path / f'{name}.log')}")
        if len(self.died) > MOST_DEATHS:
            raise RuntimeError(f"they die as fast as they are started: {self.died[-1]}")

    def end(self) -> None:
        for name in list(self._pids):
            self.kill(name)
        self._maker.kill()
        self._maker.communicate()

    def _forget(self, name: str) -> None:
        self._pids.pop(name, None)
        self._frozen.discard(name)
        self._until.pop(name, None)

    def _signal(self, name: str, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, KeyError):
            os.kill(self._pids[name], number)

    def _said(self) -> str:
        assert self._maker.stdout is not None
        return self._maker.stdout.readline().strip()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _tail(log: Path) -> str:
    return " | ".join(log.read_text().splitlines()[-40:]) if log.exists() else "it said nothing"
