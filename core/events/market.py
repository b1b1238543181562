"""Events of prices: what was seen at a slot, and the universe's mark of each session."""

from __future__ import annotations

from datetime import date, datetime

from core.events.envelope import Event
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


class MarketBarsRecorded(Event):
    """The bars a run read: columns of floats as JSON, deflated, base64; lets a week replay alone."""

    as_of: datetime
    source: str
    sessions: int
    digest: str
    deflated: str
