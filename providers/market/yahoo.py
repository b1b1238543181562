"""Yahoo through yfinance, whatever is asked: imported late, never waited for too long, no traceback."""

from __future__ import annotations

import logging
import tempfile
import threading
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from core.errors import MarketUnavailable

RATE_LIMITED = "YFRateLimitError"


def in_time(run: Callable[[], object], deadline_s: float) -> object:
    """What ``run`` returns within the seconds; whatever it raises is a MarketUnavailable."""
    results: list[object] = []

    def work() -> None:
        try:
            results.append(run())
        except Exception as error:  # noqa: BLE001 - a scraper breaks in any way it likes
            results.append(error)

    thread = threading.Thread(target=work, name="yfinance", daemon=True)
    thread.start()
    thread.join(deadline_s)
    if not results:
        raise MarketUnavailable(f"yfinance did not answer within {deadline_s:g} s: ask again later")
    if isinstance(results[0], MarketUnavailable):
        raise results[0]
    if isinstance(results[0], Exception):
        raise _unavailable(results[0]) from results[0]
    return results[0]


def quietly(run: Callable[[Any], object]) -> object:
    """``run(yfinance)``, without its chatter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # yfinance 1.7 uses what pandas 3.1 deprecates
        return run(_yfinance())


def ticker_of(symbol: str) -> str:
    """Yahoo writes BRK-B where the exchange writes BRK.B."""
    return symbol.replace(".", "-")


@cache
def _yfinance() -> Any:
    """The module, imported when first needed: it is slow, and only Yahoo's sources need it."""
    module: Any = import_module("yfinance")
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    module.set_tz_cache_location(_cache_folder().name)
    return module


@cache
def _cache_folder() -> tempfile.TemporaryDirectory[str]:
    """Removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="yfinance-", ignore_cleanup_errors=True)


def _unavailable(error: Exception) -> MarketUnavailable:
    name = type(error).__name__
    if name == RATE_LIMITED or "too many requests" in str(error).lower():
        return MarketUnavailable(
            "yfinance: Yahoo refuses more questions for now (rate limited): try again in an hour"
        )
    said = " ".join(str(error).split())[:160]
    return MarketUnavailable(f"yfinance failed ({name}: {said}): ask again later")
