"""Prices as the core sees them: daily bars in columns, quotes on Decimal, and named defects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Floats32: TypeAlias = NDArray[np.float32]
Days: TypeAlias = NDArray[np.datetime64]


class PriceKind(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    TRADE = "trade"


class DefectKind(StrEnum):
    MISSING_SESSION = "missing_session"
    DUPLICATE_DATE = "duplicate_date"
    STALE = "stale"
    SUSPECTED_SPLIT = "suspected_split"
    NON_POSITIVE = "non_positive"
    EMPTY_CELL = "empty_cell"
    INCONSISTENT = "inconsistent"
    NOT_A_SESSION = "not_a_session"


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a series, named: which symbol, what, on which session."""

    symbol: str
    kind: DefectKind
    session: date
    detail: str


@dataclass(frozen=True, slots=True)
class BarSeries:
    """Daily bars of one symbol, oldest first; every array has the same length n.

    ``days`` datetime64[D]; prices in US dollars (adjusted when the source says so); ``volume`` in
    shares, NaN where the source has none (an index, an empty cell): unknown, never zero.
    """

    symbol: str
    days: Days
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.days)

    def last(self, n: int) -> BarSeries:
        """The newest n bars (all of them when there are fewer)."""
        cut = slice(max(len(self) - n, 0), None)
        return self.slice(cut)

    def slice(self, cut: slice) -> BarSeries:
        return BarSeries(
            self.symbol,
            self.days[cut],
            self.open[cut],
            self.high[cut],
            self.low[cut],
            self.close[cut],
            self.volume[cut],
        )


@dataclass(frozen=True, slots=True)
class MarketBars:
    """What was known of some symbols at ``as_of``, with where it came from.

    ``stepped_down`` names each source that was to answer before ``source`` and did not, with why.
    """

    as_of: datetime
    source: str
    feed: str
    adjusted: bool
    series: Mapping[str, BarSeries]
    defects: tuple[Defect, ...] = field(default=())
    stepped_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """One price and when it became known (UTC): an open at the session's open, a close at its close."""

    symbol: str
    price: Decimal
    kind: PriceKind
    session: date
    known_at: datetime
    source: str
    feed: str


NEWS_WINDOW = timedelta(days=7)
"""What is older is no news."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One piece of news: text of the web, data and never an instruction; ``published`` is UTC."""

    headline: str
    source: str
    url: str
    symbols: tuple[str, ...]
    published: datetime
    summary: str = ""
