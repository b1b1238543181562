"""Daily bars fetched from a service when they are first needed, and kept while the process lives."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol, cast

import numpy as np
import pandas as pd

from core.clock import Clock, as_utc, in_new_york
from core.errors import BadBars, MarketError, MarketUnavailable, UnknownSymbol
from core.market import BarSeries, MarketBars, Quote
from core.ports import TradingCalendar
from providers.market.bar_files import NUMBERS, PRICES
from providers.market.bar_rows import SymbolBars, collect_bars
from providers.market.daily import DailyBars, DailyBarsMarket
from providers.market.failing import SharedFailure

FIRST_DAY = date(2016, 1, 1)
"""Nothing older is asked for."""
LARGEST_PRICE = 10_000_000.0
"""USD a share; the dearest share there is costs a tenth of it."""
YEARS = 3
SESSIONS_A_YEAR = 250
COLUMNS: Final = ("symbol", "day", "open", "high", "low", "close", "volume", "feed", "where")
NOT_YET = ("high", "low", "close", "volume")
"""What of the running session's bar is not known before its close."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far prices are known: the newest session with an open, and the newest with its close."""

    opened: date
    closed: date

    def covers(self, other: Horizon) -> bool:
        return self.opened >= other.opened and self.closed >= other.closed


@dataclass(frozen=True, slots=True)
class Window:
    """What to fetch: sessions from ``start`` on; no instant after ``end`` may be asked for.

    Rows of sessions after ``horizon`` are not to be looked at.
    """

    start: date
    end: datetime
    horizon: Horizon


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows (`COLUMNS`, one a bar, cells as they came) and, by symbol, why it has no usable bars."""

    rows: pd.DataFrame
    failed: Mapping[str, MarketError] = field(default_factory=dict)


class DailyFetch(Protocol):
    """One request for all symbols; MarketUnavailable when the service gives no answer."""

    def __call__(self, symbols: Sequence[str], window: Window) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class Service:
    """A service of adjusted daily bars.

    It gives a session's open, and its close, away ``settles`` after the fact.
    """

    name: str
    fetch: DailyFetch
    settles: timedelta


@dataclass(frozen=True, slots=True)
class _Kept:
    window: Window
    market: DailyBarsMarket
    failed: Mapping[str, MarketError]


class FetchedMarket:
    """The MarketData port over a service of daily bars; one fetch serves all symbols.

    Bars are adjusted with what the service knows today, so a price before a later dividend is lower
    than what was paid then; returns are unchanged. Rows after the instant asked about are dropped
    unread. While a close exists that the service does not give away yet, bars are
    MarketUnavailable: a series that lacks its newest day would pass for stale.
    """

    def __init__(
        self, service: Service, symbols: Sequence[str], calendar: TradingCalendar, clock: Clock
    ) -> None:
        self._service = service
        self._symbols = tuple(dict.fromkeys(symbols))
        self._calendar = calendar
        self._clock = clock
        self._kept: _Kept | None = None
        self._failing = SharedFailure(clock)
        self._guard = threading.Lock()

    @property
    def source(self) -> str:
        return self._service.name

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        if sessions < 1:
            raise ValueError(f"asked for {sessions} sessions of bars: ask for at least 1")
        moment = as_utc(as_of)
        self._refuse_unsettled(moment)
        back = self._first_day(moment, sessions)
        return self._held(symbols, moment, back).bars(symbols, moment, sessions)

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        """Also MarketUnavailable where a newer price exists that is not given away yet."""
        moment = as_utc(as_of)
        if self.settled(moment) != self.known(min(moment, self._clock.now())):
            raise self._too_early(moment)
        return self.settled_quotes(symbols, moment)

    def settled_quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        """The newest open or close that the service gives away, which may not be the newest."""
        moment = as_utc(as_of)
        return self._held(symbols, moment, self._first_day(moment, 1)).quotes(symbols, moment)

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        """None, too, while the service does not give that price away yet."""
        moment, since = as_utc(as_of), as_utc(after)
        start = min(self._first_day(moment, 1), in_new_york(since).date())
        return self._held([symbol], moment, start).next_price(symbol, since, moment)

    def known(self, moment: datetime) -> Horizon:
        """What the world knows at ``moment``."""
        day = self._calendar.session_on_or_before(in_new_york(moment).date())
        opened = day if self._calendar.session_open(day) <= moment else self._before(day)
        closed = day if self._calendar.session_close(day) <= moment else self._before(day)
        return Horizon(opened, closed)

    def settled(self, moment: datetime) -> Horizon:
        """What of that the service gives away now."""
        now = self._clock.now()
        return self.known(min(moment, now - self._service.settles))

    def refuse_unknown(self, symbols: Sequence[str]) -> None:
        """UnknownSymbol for one that is not in the universe this market serves."""
        for symbol in symbols:
            if symbol not in self._symbols:
                raise UnknownSymbol(
                    f"unknown symbol {symbol} in {self.source} prices: "
                    "add it to the universe in config/universe.yaml"
                )

    def _refuse_unsettled(self, moment: datetime) -> None:
        if self.settled(moment).closed != self.known(min(moment, self._clock.now())).closed:
            raise self._too_early(moment)

    def _too_early(self, moment: datetime) -> MarketUnavailable:
        minutes = int(self._service.settles.total_seconds() // 60)
        return MarketUnavailable(
            f"{self.source} gives prices of {moment:%Y-%m-%d %H:%M}Z away {minutes} minutes "
            "after the session's open or close: ask again then"
        )

    def _held(self, symbols: Sequence[str], moment: datetime, start: date) -> DailyBarsMarket:
        """Bars that cover ``moment`` from ``start`` on; raises what is known against a symbol."""
        self.refuse_unknown(symbols)
        horizon = self.settled(moment)
        with self._guard:
            kept = self._kept
            if kept is None or not _serves(kept, symbols, start, horizon):
                end = min(moment, self._clock.now()) - self._service.settles
                window = Window(start, end, horizon)
                kept = self._kept = self._failing.ask(partial(self._fetched, window))
        for symbol in symbols:
            if symbol in kept.failed:
                raise kept.failed[symbol]
        return kept.market

    def _fetched(self, window: Window) -> _Kept:
        found = self._service.fetch(self._symbols, window)
        rows = _known_rows(found.rows, window.horizon)
        failed, held = dict(found.failed), {}
        for symbol in self._symbols:
            try:
                held[symbol] = self._collected(symbol, rows[rows["symbol"] == symbol].copy())
            except BadBars as error:
                failed.setdefault(symbol, error)
        market = DailyBarsMarket(_daily(self.source, held), self._calendar)
        return _Kept(window, market, failed)

    def _collected(self, symbol: str, rows: pd.DataFrame) -> SymbolBars:
        if rows.empty:
            return SymbolBars(_empty(symbol), (), ())
        for name in NUMBERS:
            rows[name] = [
                _number(cell, name, where)
                for cell, where in zip(rows[name], rows["where"], strict=True)
            ]
        return collect_bars(rows, self._calendar)[symbol]

    def _first_day(self, moment: datetime, sessions: int) -> date:
        """The first of January far enough back: the same for every question of a year."""
        years = max(YEARS, 1 + sessions // SESSIONS_A_YEAR)
        return max(FIRST_DAY, date(max(in_new_york(moment).year - years, 1), 1, 1))

    def _before(self, session: date) -> date:
        return self._calendar.offset(session, -1)


def _known_rows(rows: pd.DataFrame, horizon: Horizon) -> pd.DataFrame:
    """Rows up to the horizon; of a session that has only opened, nothing but its open."""
    days = rows["day"].dt.date
    known: pd.DataFrame = rows[days <= horizon.opened].copy()
    known.loc[known["day"].dt.date > horizon.closed, list(NOT_YET)] = np.nan
    return known


def _daily(source: str, held: Mapping[str, SymbolBars]) -> DailyBars:
    return DailyBars(
        source=source,
        adjusted=True,
        series={symbol: found.series for symbol, found in held.items()},
        feeds={symbol: found.feeds for symbol, found in held.items()},
        defects={symbol: found.defects for symbol, found in held.items()},
    )


def _empty(symbol: str) -> BarSeries:
    nothing = np.empty(0)
    return BarSeries(
        symbol, np.empty(0, dtype="datetime64[D]"), nothing, nothing, nothing, nothing, nothing
    )


def _serves(kept: _Kept, symbols: Sequence[str], start: date, horizon: Horizon) -> bool:
    """Whether what is kept answers; what spoilt a symbol may lie after the instant asked about."""
    held = kept.window
    if held.start > start or not held.horizon.covers(horizon):
        return False
    return held.horizon == horizon or not any(symbol in kept.failed for symbol in symbols)


def _number(cell: object, name: str, where: object) -> float:
    """A cell as a float, NaN for an empty one; BadBars for text, truth values and absurd numbers."""
    if cell is None:
        return float("nan")
    number = isinstance(cell, int | float | np.number) and not isinstance(cell, bool)
    value = float(cast("float", cell)) if number else float("inf")
    if np.isinf(value) or (name in PRICES and value > LARGEST_PRICE):
        raise BadBars(
            f"{where}: {name} is {repr(cell)[:40]}, not a price in dollars or a count of shares: "
            "take the symbol out of the universe or use another source of prices"
        )
    return value
