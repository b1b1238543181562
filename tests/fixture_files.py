"""The one way tests find real prices, model outputs and wire formats, which live outside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def fixtures_root() -> Path:
    """``COUNCIL_FIXTURES``, else ``shared/fixtures`` beside the checkout; it need not exist."""
    named = os.environ.get("COUNCIL_FIXTURES")
    return Path(named) if named else ROOT.parent / "shared" / "fixtures"


def fixture_path(relative: str) -> Path:
    """The path of a fixture file or folder.

    Without the fixtures folder the test (or module) is skipped and says which file it wanted; with
    the folder there, a missing file is a failure, so that no check is lost in silence.
    """
    root = fixtures_root()
    path = root / relative
    if not root.is_dir():
        pytest.skip(
            f"fixture {relative} is missing: there is no folder {root}", allow_module_level=True
        )
    if not path.exists():
        pytest.fail(f"fixture {relative} is missing from {root}", pytrace=False)
    return path
