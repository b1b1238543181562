"""Prices of Yahoo Finance through yfinance: daily bars, a second opinion when Alpaca is away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pandas as pd

from core.clock import NEW_YORK, Clock, in_new_york
from core.errors import MarketUnavailable
from core.market import MarketBars, Quote
from core.ports import TradingCalendar
from providers.market.bar_files import NUMBERS
from providers.market.daily_service import COLUMNS, Fetched, Service, Window
from providers.market.fetched import FetchedMarket
from providers.market.yahoo import in_time, quietly, ticker_of

Download: TypeAlias = Callable[..., Any]
SETTLES = timedelta(minutes=30)
"""Yahoo's daily bar moves for a while after the close."""
REQUEST_S = 15.0
DEADLINE_S = 90.0
FEED = "yahoo/daily"
FIELDS = {name: name.capitalize() for name in NUMBERS}
FIELD, SYMBOL = 0, 1
"""Levels of the columns: ("Close", "SPY")."""


class YfinanceMarket:
    """The MarketData port over Yahoo's daily bars, adjusted for splits and dividends.

    No live prices: while a price exists that Yahoo has not settled, quotes are MarketUnavailable.
    ``download`` has the signature of ``yfinance.download``, which it is when not given.
    """

    source = "yfinance"

    def __init__(
        self,
        symbols: Sequence[str],
        calendar: TradingCalendar,
        clock: Clock,
        download: Download | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        fetch = YahooDailyBars(download or yahoo_download, deadline_s)
        self._daily = FetchedMarket(Service(self.source, fetch, SETTLES), symbols, calendar, clock)

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        return self._daily.bars(symbols, as_of, sessions)

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        return self._daily.quotes(symbols, as_of)

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        return self._daily.next_price(symbol, after, as_of)


class YahooDailyBars:
    """A `DailyFetch` over a download function, within ``deadline_s`` seconds for all symbols."""

    def __init__(self, download: Download, deadline_s: float = DEADLINE_S) -> None:
        self._download = download
        self._deadline_s = deadline_s

    def __call__(self, symbols: Sequence[str], window: Window) -> Fetched:
        end = in_new_york(window.end).date() + timedelta(days=1)  # Yahoo's end is not included
        frame = self._answer(
            tickers=[ticker_of(symbol) for symbol in symbols],
            start=window.start.isoformat(),
            end=end.isoformat(),
        )
        if frame is None or not isinstance(frame, pd.DataFrame) or frame.dropna(how="all").empty:
            raise MarketUnavailable(
                f"yfinance gave no prices of {', '.join(symbols)}: Yahoo limits how often it is "
                "asked, or the connection failed; try again in an hour"
            )
        rows = [_rows(symbol, frame) for symbol in symbols]
        found = [each for each in rows if not each.empty]
        return Fetched(pd.concat(found, ignore_index=True) if found else _nothing())

    def _answer(self, **asked: object) -> object:
        """What the download returned, in time; whatever it raises is a source that is away."""
        return in_time(
            lambda: self._download(
                **asked,
                interval="1d",
                auto_adjust=True,
                actions=False,
                progress=False,
                threads=False,
                timeout=REQUEST_S,
            ),
            self._deadline_s,
        )


def yahoo_download(**asked: Any) -> Any:
    """``yfinance.download`` with its caches in a folder of this process, and without its chatter."""
    return quietly(lambda yfinance: yfinance.download(**asked))


def _rows(symbol: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One symbol's bars; days on which it has no price at all are other symbols' days."""
    columns = _columns_of(ticker_of(symbol), frame)
    if not {"Open", "High", "Low", "Close"} <= set(columns.columns):
        return _nothing()
    columns = columns.dropna(how="all", subset=["Open", "High", "Low", "Close"])
    days = _days(columns.index)
    told: dict[str, object] = {
        name: list(columns[field]) if field in columns.columns else [None] * len(columns)
        for name, field in FIELDS.items()
    }
    told |= {"symbol": symbol, "day": days, "feed": FEED}
    told["where"] = [f"{symbol} {day:%Y-%m-%d}" for day in days]
    return pd.DataFrame(told, columns=list(COLUMNS))


def _columns_of(ticker: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Fields of one ticker, whichever level of the columns it is on; none when it is missing."""
    if not isinstance(frame.columns, pd.MultiIndex):
        return frame
    for level in (SYMBOL, FIELD):
        if ticker in frame.columns.get_level_values(level):
            return pd.DataFrame(frame.xs(ticker, axis="columns", level=level))
    return pd.DataFrame(index=frame.index)


def _days(index: pd.Index) -> pd.DatetimeIndex:
    """New York dates without a zone: an index with one names the midnight of its exchange."""
    stamps = pd.DatetimeIndex(pd.to_datetime(index))
    if stamps.tz is not None:
        stamps = stamps.tz_convert(NEW_YORK).tz_localize(None)
    return stamps.normalize()


def _nothing() -> pd.DataFrame:
    empty = pd.DataFrame(columns=list(COLUMNS))
    empty["day"] = pd.to_datetime(empty["day"])
    return empty
