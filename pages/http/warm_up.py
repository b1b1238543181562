"""Warm-up before the first visitor: slow imports done, and what they made kept out of collections."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from config.logging import configure
from core.errors import CouncilError
from pages.http.store import web_settings

SLOW = ("pandas", "altair", "pyarrow", "storage.queries", "config.settings")
log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Streamlit collects garbage after every rerun; frozen, the libraries' objects are not walked.

    An exception here would stop the start, so what can fail is only noted.
    """
    _structured_logs()
    for name in SLOW:
        try:
            import_module(name)
        except ImportError as error:
            log.warning("warm-up without %s: %s", name, error)
    _draw_without_checks()
    gc.collect()
    gc.freeze()
    yield {}


def _draw_without_checks() -> None:
    """Altair validates each part of a chart as it is made: two thirds of what making it takes."""
    import_module("altair.utils.schemapi").disable_debug_mode()


def _structured_logs() -> None:
    """Settings that cannot be read are told by the pages; the start is not stopped for its logs."""
    try:
        configure(web_settings())
    except CouncilError as error:
        log.warning("logs stay as they are: %s", error)
