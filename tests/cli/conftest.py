"""The command line called in this process, on stores of a few weeks and without this machine's settings."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

import cli
from config.settings import load_settings
from config.terminal.app import run
from config.wiring import open_store
from storage.backup_copy import copy_store
from tests.cli.clean_environment import clear, copied_root


@dataclass(frozen=True)
class Said:
    """What one command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    def check_refused(self, *words: str, code: int = 2) -> None:
        """One line on standard error, nothing on standard output."""
        assert self.code == code, self
        assert self.out == ""
        assert self.err.startswith("error: ")
        assert self.err.count("\n") == 1
        assert self.err.endswith("\n")
        for word in words:
            assert word in self.err


def opened_at(store: Path):
    return open_store(load_settings(env={}, profile="rules", store=f"sqlite:///{store}"))


def copied(store: Path, target: Path) -> Path:
    """The whole store in another file: the file alone may lack what is in its WAL."""
    opened = opened_at(store)
    copy_store(opened, target)
    opened.close()
    return target


def store_heads(store: Path) -> dict[str, tuple[int, str]]:
    """Every stream's version and hash."""
    opened = opened_at(store)
    found = {stream: (head.version, head.hash) for stream, head in opened.heads().items()}
    opened.close()
    return found


@pytest.fixture
def root(tmp_path):
    """A project root of its own: the configuration as it is delivered, no `.env`, no runs."""
    return copied_root(tmp_path / "root")


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch, root):
    """Generated prices, rules models, and never the `.env` of a person."""
    clear(monkeypatch)
    monkeypatch.setenv("COUNCIL_ROOT", str(root))


@pytest.fixture
def council(capsys):
    """``council("verify", "--json")`` as typed in a terminal."""

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = run(cli.app, [str(word) for word in arguments])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory):
    """A demonstration of six weeks, lived once for all: also for the workers beside this one."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (folder / "demo.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        file = folder / "demo" / "demo.db"
        if not file.exists():
            lived = copied_root(folder / "demo")
            with pytest.MonkeyPatch.context() as patch:
                clear(patch)
                patch.setenv("COUNCIL_ROOT", str(lived))
                assert (
                    run(cli.app, ["demo", "--weeks", "6", "--store", str(lived / "living.db")]) == 0
                )
            copied(lived / "living.db", file)
    return file


@pytest.fixture
def demo(demo_file, tmp_path):
    """A copy to change."""
    return copied(demo_file, tmp_path / "demo.db")


@pytest.fixture
def empty(tmp_path):
    return tmp_path / "new.db"
