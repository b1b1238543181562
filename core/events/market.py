"""Events of prices: what was seen at a slot, and the universe's mark of each session."""

from __future__ import annotations

from datetime import date, datetime

from core.events.envelope import Event
from core.schemas.base import Schema
from core.schemas.market import MarkedPrice


class PricesObserved(Event):
    """What a checkpoint saw, so that it can be replayed without the source."""

    as_of: datetime
    slot: str
    prices: tuple[MarkedPrice, ...]


class UniverseMarked(Event):
    """Every asset's price at a session's close: the only price source of shadows and postmortems."""

    session: date
    prices: tuple[MarkedPrice, ...]


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
    error: str | None = None
    message: str | None = None
