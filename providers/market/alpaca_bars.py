"""Alpaca's daily bars as rows: asked for in one request, dated by New York, cells as they came."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import pandas as pd

from core.clock import at_new_york, in_new_york, iso
from core.errors import BadBars, MarketError, UnknownSymbol
from providers.alpaca.api import Json, MarketApi
from providers.market.daily_service import COLUMNS, Fetched, Window

CELLS = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
BEYOND_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


class AlpacaDailyBars:
    """A `DailyFetch` over ``/v2/stocks/bars``; ``feed`` is the tape: sip (all exchanges) or iex."""

    def __init__(self, api: MarketApi, feed: str) -> None:
        self._api = api
        self._feed = feed

    def __call__(self, symbols: Sequence[str], window: Window) -> Fetched:
        query = {
            "timeframe": "1Day",
            "start": iso(at_new_york(window.start, time())),
            "end": iso(window.end),
            "adjustment": "all",
            "feed": self._feed,
        }
        told, failed = self._ask(symbols, query)
        rows: list[dict[str, object]] = []
        for symbol in symbols:
            try:
                rows += [self._row(symbol, bar) for bar in told.get(symbol, ())]
            except BadBars as error:
                failed[symbol] = error
        frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
        frame["day"] = pd.to_datetime(frame["day"])
        return Fetched(frame, failed)

    def _ask(
        self, symbols: Sequence[str], query: Json
    ) -> tuple[Mapping[str, Sequence[Json]], dict[str, MarketError]]:
        """All in one request; one by one when Alpaca refuses it for a symbol it cannot read."""
        try:
            return self._api.bars(symbols, query), {}
        except UnknownSymbol:
            told: dict[str, Sequence[Json]] = {}
            failed: dict[str, MarketError] = {}
            for symbol in symbols:
                try:
                    told.update(self._api.bars([symbol], query))
                except UnknownSymbol as error:
                    failed[symbol] = error
            return told, failed

    def _row(self, symbol: str, bar: Json) -> dict[str, object]:
        day = in_new_york(instant_of(bar, symbol)).date()
        cells = {name: bar.get(key) for name, key in CELLS.items()}
        feed = f"alpaca/{self._feed}"
        return {"symbol": symbol, "day": day, "feed": feed, "where": f"{symbol} {day}", **cells}


def instant_of(row: Json, symbol: str) -> datetime:
    """``t`` in UTC, cut (never rounded up) to microseconds; BadBars where it is no time."""
    told = row.get("t")
    try:
        at = datetime.fromisoformat(BEYOND_MICROSECONDS.sub(r"\1", told or ""))
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise BadBars(f"Alpaca gave a time of {symbol} as {repr(told)[:40]}: ask again later")
    return at.astimezone(UTC)
