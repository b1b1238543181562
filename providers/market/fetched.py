"""Daily bars fetched from a service when they are first needed, and kept while the process lives."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from core.clock import Clock, as_utc, in_new_york
from core.errors import BadBars, MarketError, MarketUnavailable, UnknownSymbol
from core.market import MarketBars, Quote
from core.ports import TradingCalendar
from providers.market.bar_rows import SymbolBars
from providers.market.daily import DailyBars, DailyBarsMarket
from providers.market.daily_service import Horizon, Service, Window
from providers.market.failing import SharedFailure
from providers.market.fetched_rows import collected, known_rows

FIRST_DAY = date(2016, 1, 1)
"""Nothing older is asked for."""
YEARS = 3
SESSIONS_A_YEAR = 250


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
        rows = known_rows(found.rows, window.horizon)
        failed, held = dict(found.failed), {}
        for symbol in self._symbols:
            try:
                held[symbol] = collected(
                    symbol, rows[rows["symbol"] == symbol].copy(), self._calendar
                )
            except BadBars as error:
                failed.setdefault(symbol, error)
        market = DailyBarsMarket(_daily(self.source, held), self._calendar)
        return _Kept(window, market, failed)

    def _first_day(self, moment: datetime, sessions: int) -> date:
        """The first of January far enough back: the same for every question of a year."""
        years = max(YEARS, 1 + sessions // SESSIONS_A_YEAR)
        return max(FIRST_DAY, date(max(in_new_york(moment).year - years, 1), 1, 1))

    def _before(self, session: date) -> date:
        return self._calendar.offset(session, -1)


def _daily(source: str, held: Mapping[str, SymbolBars]) -> DailyBars:
    return DailyBars(
        source=source,
        adjusted=True,
        series={symbol: found.series for symbol, found in held.items()},
        feeds={symbol: found.feeds for symbol, found in held.items()},
        defects={symbol: found.defects for symbol, found in held.items()},
    )


def _serves(kept: _Kept, symbols: Sequence[str], start: date, horizon: Horizon) -> bool:
    """Whether what is kept answers; what spoilt a symbol may lie after the instant asked about."""
    held = kept.window
    if held.start > start or not held.horizon.covers(horizon):
        return False
    return held.horizon == horizon or not any(symbol in kept.failed for symbol in symbols)
