"""A market whose universe is not known beforehand: it takes in symbols as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from core.market import MarketBars, Quote
from core.ports import MarketData

MakeMarket = Callable[[tuple[str, ...]], MarketData]


class GrowingMarket:
    """The MarketData port over one that serves a fixed list; a new symbol makes a new, longer list."""

    def __init__(self, source: str, make: MakeMarket, symbols: Sequence[str]) -> None:
        self.source = source
        self._make = make
        self._symbols = frozenset(symbols)
        self._made: MarketData | None = None
        self._lock = Lock()

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        return self._with(symbols).bars(symbols, as_of, sessions)

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        return self._with(symbols).quotes(symbols, as_of)

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        return self._with([symbol]).next_price(symbol, after, as_of)

    def _with(self, symbols: Sequence[str]) -> MarketData:
        with self._lock:
            wanted = self._symbols.union(symbols)
            if self._made is None or wanted != self._symbols:
                self._symbols = wanted
                self._made = self._make(tuple(sorted(wanted)))
            return self._made
