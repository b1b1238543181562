"""A market of gently swinging prices in memory, with whatever defects or errors a test plants in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import numpy as np

from core.errors import MarketError, UnknownSymbol
from core.market import BarSeries, Defect, MarketBars, PriceKind, Quote


def swinging(symbol: str, last: float, sessions: int = 300) -> BarSeries:
    """Closes that swing by 1 % and end at ``last`` on 2026-11-17."""
    close = last * (1 + 0.01 * np.sin(np.arange(sessions - 1, -1, -1, dtype=np.float64)))
    days = np.datetime64("2026-11-17") - np.arange(sessions - 1, -1, -1)
    return BarSeries(symbol, days, close, close * 1.01, close * 0.99, close, close * 1000)


class FakeMarket:
    """Serves ``prices``; ``broken`` symbols raise their error, in every read that names them."""

    source = "fake"

    def __init__(
        self,
        prices: Mapping[str, str],
        broken: Mapping[str, MarketError] | None = None,
        defects: Sequence[Defect] = (),
    ) -> None:
        self.reads: list[tuple[str, tuple[str, ...], datetime]] = []
        self._prices, self._broken, self._defects = prices, broken or {}, tuple(defects)

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        self._check("bars", symbols, as_of)
        series = {one: swinging(one, float(self._prices[one])).last(sessions) for one in symbols}
        found = tuple(defect for defect in self._defects if defect.symbol in symbols)
        return MarketBars(as_of, self.source, "tape", True, series, found)

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        self._check("quotes", symbols, as_of)
        return {
            one: Quote(
                one,
                Decimal(self._prices[one]),
                PriceKind.CLOSE,
                np.datetime64("2026-11-17").item(),
                as_of,
                self.source,
                "tape",
            )
            for one in symbols
        }

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        return None

    def _check(self, what: str, symbols: Sequence[str], as_of: datetime) -> None:
        self.reads.append((what, tuple(symbols), as_of))
        for symbol in symbols:
            if symbol in self._broken:
                raise self._broken[symbol]
            if symbol not in self._prices:
                raise UnknownSymbol(f"unknown symbol {symbol} in fake prices")
