"""A market that is made when it is first asked: a folder of many symbols is not read for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from core.market import MarketBars, Quote
from core.ports import MarketData


class LazyMarket:
    """The MarketData port over one that is made once, by whoever asks first; ``source`` is its name."""

    def __init__(self, source: str, make: Callable[[], MarketData]) -> None:
        self.source = source
        self._make = make
        self._made: MarketData | None = None
        self._lock = Lock()

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        return self._market().bars(symbols, as_of, sessions)

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        return self._market().quotes(symbols, as_of)

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        return self._market().next_price(symbol, after, as_of)

    def _market(self) -> MarketData:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made
