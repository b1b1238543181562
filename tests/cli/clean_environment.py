"""An environment and a project root without anything a person has set on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.fixture_files import ROOT

WORDS = ("DATABASE_", "DB_", "PORT_", "COUNCIL_", "MARKET_DATA", "LOG_LEVEL", "_KEY", "SCHEDULE_")
"""What is in the names of the variables the settings and the keys are read from."""


def clear(patch) -> None:
    for name in list(os.environ):
        if any(word in name for word in WORDS) and name != "COUNCIL_FIXTURES":
            patch.delenv(name)


def copied_root(folder: Path) -> Path:
    """The configuration files as they are delivered, in a project root of their own."""
    shutil.copytree(
        ROOT / "config",
        folder / "config",
        ignore=shutil.ignore_patterns("__pycache__", "*.py", "terminal"),
    )
    return folder
