"""One symbol's prices in the order they became known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.market import BarSeries, Defect, Floats, PriceKind, Quote
from core.ports import TradingCalendar
from core.types import to_price

Mask: TypeAlias = NDArray[np.bool_]
REMEMBERED = 64
"""Quotes a symbol: a month of opens and closes."""


@dataclass(frozen=True, slots=True)
class DatedDefect:
    """A defect and the first instant at which it can be seen in the data (UTC)."""

    defect: Defect
    known_at: datetime


class Timeline:
    """Every usable price of a series with its instant: an open, its close, the next open.

    The open counts as usable on its own account, so that nothing of a bar that is still in progress
    but its open decides what is served. Look-ups are a bisection of plain datetimes, which beats
    ``searchsorted`` for single instants; the newest quotes are built once.
    """

    def __init__(
        self, series: BarSeries, calendar: TradingCalendar, source: str, feeds: Sequence[str]
    ) -> None:
        self._source, self._feeds = source, feeds
        usable_open, complete = usable(series.open), usable_bars(series)
        self._instants: list[datetime] = []
        self._points: list[tuple[int, PriceKind]] = []
        self._closed_at: list[datetime] = []
        self._days = series.days.tolist()
        self._series = series
        for index, day in enumerate(self._days):
            if usable_open[index]:
                self._add(calendar.session_open(day), index, PriceKind.OPEN)
            if complete[index]:
                self._add(calendar.session_close(day), index, PriceKind.CLOSE)
                self._closed_at.append(calendar.session_close(day))
        self._complete = _read_only(series, complete)
        self._complete_feeds = list(compress(feeds, complete.tolist()))
        self._quotes: dict[int, Quote] = {}

    def newest(self, moment: datetime) -> Quote | None:
        """The newest price known at ``moment``; None before the first."""
        point = bisect_right(self._instants, moment) - 1
        return self._quote(point) if point >= 0 else None

    def first_after(self, after: datetime, moment: datetime) -> Quote | None:
        """The first price known strictly after ``after``, if it is known at ``moment``."""
        point = bisect_right(self._instants, after)
        if point == len(self._instants) or self._instants[point] > moment:
            return None
        return self._quote(point)

    def complete(self, moment: datetime, sessions: int) -> BarSeries:
        """The newest ``sessions`` bars closed at ``moment``; views of read-only arrays."""
        return self._complete.slice(self._window(moment, sessions))

    def feeds(self, moment: datetime, sessions: int) -> Sequence[str]:
        """The feed of each of those bars."""
        return self._complete_feeds[self._window(moment, sessions)]

    def _window(self, moment: datetime, sessions: int) -> slice:
        end = bisect_right(self._closed_at, moment)
        return slice(max(end - sessions, 0), end)

    def _add(self, instant: datetime, index: int, kind: PriceKind) -> None:
        self._instants.append(instant)
        self._points.append((index, kind))

    def _quote(self, point: int) -> Quote:
        quote = self._quotes.get(point)
        if quote is None:
            if len(self._quotes) >= REMEMBERED:  # the oldest: time goes on
                del self._quotes[next(iter(self._quotes))]
            quote = self._quotes[point] = self._build_quote(point)
        return quote

    def _build_quote(self, point: int) -> Quote:
        index, kind = self._points[point]
        column = self._series.open if kind is PriceKind.OPEN else self._series.close
        return Quote(
            symbol=self._series.symbol,
            price=to_price(float(column[index])),
            kind=kind,
            session=self._days[index],
            known_at=self._instants[point],
            source=self._source,
            feed=self._feeds[index],
        )


def usable(prices: Floats) -> Mask:
    """Where a price is a finite number that does not vanish when written to four places."""
    return np.isfinite(prices) & (prices >= 0.0001)


def usable_bars(series: BarSeries) -> Mask:
    """Where all four prices of a bar are usable."""
    return usable(series.open) & usable(series.high) & usable(series.low) & usable(series.close)


def _read_only(series: BarSeries, mask: Mask) -> BarSeries:
    """The bars where ``mask`` holds, in arrays of their own that nobody can write to."""
    days = series.days[mask]
    prices = [
        column[mask]
        for column in (series.open, series.high, series.low, series.close, series.volume)
    ]
    for column in prices:
        column.flags.writeable = False
    days.flags.writeable = False
    return BarSeries(series.symbol, days, *prices)
