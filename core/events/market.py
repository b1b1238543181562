"""Events of prices: what was seen at a slot, and the universe's mark of each session."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from core.events.envelope import Event
from core.schemas.base import Schema
from core.schemas.market import MarkedPrice


class PricesObserved(Event):
    """What a checkpoint saw, so that it can be replayed without the source."""

    as_of: datetime
    slot: str
    prices: tuple[MarkedPrice, ...]


class UniverseMarked(Event):
    """Every asset's price at a session's close: the only price source of shadows and postmortems.

    ``opens`` are the prices of the same session's open, where they are known: what orders of a shadow
    decided before it would have filled at.
    """

    session: date
    prices: tuple[MarkedPrice, ...]
    opens: tuple[MarkedPrice, ...] = Field(default=(), exclude_if=lambda opens: not opens)


class MarketSteppedDown(Event):
    """A source of prices gave no answer as of then, and the next one was asked.

    ``reason`` is the class name of its MarketError, ``message`` that error's line.
    """

    as_of: datetime
    source: str
    next_source: str
    reason: str
    message: str


class BarColumns(Schema):
    """One symbol's bars: n days as ISO dates, each column n little-endian float64, base64."""

    symbol: str
    days: tuple[date, ...]
    open: str
    high: str
    low: str
    close: str
    volume: str


class SeriesDefect(Schema):
    symbol: str
    kind: str
    session: date
    detail: str


class MarketRead(Event):
    """One read a run made of the market, whole: a week replays from the log alone.

    ``source`` answered; ``stepped_down`` names the sources before it that did not, with why.
    ``error`` is the class name of the MarketError raised instead of an answer.
    """

    request_hash: str
    as_of: datetime
    source: str
    feed: str = ""
    adjusted: bool = False
    bars: tuple[BarColumns, ...] = ()
    defects: tuple[SeriesDefect, ...] = ()
    quotes: tuple[MarkedPrice, ...] = ()
    stepped_down: tuple[str, ...] = ()
    error: str | None = None
    message: str | None = None
