"""A command answers at once: the terminal's import pulls in no package that takes its time."""

from __future__ import annotations

import subprocess
import sys

from tests.fixture_files import ROOT

SLOW = {
    "alembic",
    "alpaca",
    "altair",
    "apprise",
    "dask",
    "exchange_calendars",
    "matplotlib",
    "mcp",
    "onnxruntime",
    "opentelemetry",
    "playwright",
    "psycopg",
    "scipy",
    "starlette",
    "streamlit",
    "tokenizers",
    "torch",
    "uvicorn",
    "yfinance",
}
"""Deliberately without pandas: prices and read models are frames, and every second verb reads some."""
LOADED = "import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"


def loaded_by(module: str) -> set[str]:
    """The packages a fresh interpreter has after it imported the module."""
    code = LOADED.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_terminal_starts_without_slow_packages():
    loaded = loaded_by("cli")
    assert {"typer", "sqlalchemy"} <= loaded, "the import was looked at"
    assert loaded & SLOW == set()
