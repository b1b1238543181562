"""Prices, sessions, headlines and sectors, as they were known at an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from core.market import Headline, MarketBars, Quote


class TradingCalendar(Protocol):
    """Sessions of the exchange (XNYS); every instant is UTC, every date a session's New York date."""

    def is_session(self, day: date) -> bool: ...

    def session_open(self, session: date) -> datetime: ...

    def session_close(self, session: date) -> datetime:
        """The real close, 13:00 New York on half days."""
        ...

    def session_on_or_after(self, day: date) -> date: ...

    def session_on_or_before(self, day: date) -> date: ...

    def offset(self, session: date, sessions: int) -> date:
        """The session ``sessions`` after (or before, when negative) a session."""
        ...

    def sessions(self, start: date, end: date) -> Sequence[date]:
        """Every session from start to end, both included, in order."""
        ...


class MarketData(Protocol):
    """Point-in-time prices. Nothing later than ``as_of`` is ever returned, by any method.

    An unknown symbol raises UnknownSymbol, a series that cannot be trusted BadBars, a symbol with
    nothing known yet NoBars. An absent bar is absent: never filled in, never zero.
    """

    @property
    def source(self) -> str:
        """Where prices come from, e.g. ``files``, ``simulated``; shown beside every number."""
        ...

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        """The last ``sessions`` complete daily bars of each symbol, closed at or before ``as_of``."""
        ...

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        """The newest price of each symbol known at ``as_of`` (on daily bars: an open or a close)."""
        ...

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        """The first price that becomes known strictly after ``after``, if it is known at ``as_of``.

        This is what an order decided at ``after`` fills at; None while it is still in the future.
        """
        ...


class NewsFeed(Protocol):
    """Point-in-time headlines: nothing published or changed after ``as_of`` is ever returned.

    MarketUnavailable when the feed gives no answer, BadBars for one that cannot be read.
    """

    @property
    def source(self) -> str:
        """Where headlines come from, e.g. ``alpaca``; shown beside them."""
        ...

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        """The newest ``limit`` headlines of the `NEWS_WINDOW` before ``as_of``, newest first.

        Plain words on one line, each naming those of ``symbols`` it is about; none is an empty
        answer: nothing was published.
        """
        ...


class Sectors(Protocol):
    """What sector a symbol belongs to; an unknown one is absent, never guessed."""

    def __call__(self, symbols: Sequence[str], as_of: datetime, /) -> Mapping[str, str]:
        """The sector of each symbol that has one known at ``as_of``."""
        ...
