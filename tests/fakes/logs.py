"""The log lines of a block as they would be written, and logging as it was afterwards."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from orjson import loads

from config.logging import configure_logging


@contextmanager
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()


@contextmanager
def json_lines(level: Any = "INFO", secrets: tuple[str, ...] = ()) -> Iterator[Callable[[], Any]]:
    """Calling what it gives tells every line so far, decoded."""
    out = io.StringIO()
    with restored_logging():
        configure_logging(level, "json", secrets=secrets, stream=out)
        yield lambda: [loads(line) for line in out.getvalue().splitlines()]
