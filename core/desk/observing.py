"""Prices seen at a slot: asked once, kept as events, so that the slot can be replayed alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.desk.desk import Desk
from core.desk.writing import MARKET_STREAM, new_event
from core.errors import MarketError
from core.events.envelope import Append, Event, event_id
from core.events.market import PricesObserved
from core.market import Quote
from core.schemas.market import marked


def known_quotes(desk: Desk, symbols: Iterable[str], at: datetime) -> dict[str, Quote]:
    """The newest known price of each symbol; one without a price is absent, never filled in."""
    found: dict[str, Quote] = {}
    for symbol in symbols:
        try:
            found.update(desk.market.quotes([symbol], at))
        except MarketError:
            continue
    return found


def observation(desk: Desk, at: datetime, slot: str, quotes: Mapping[str, Quote]) -> Append:
    """``PricesObserved`` for the market stream."""
    event = PricesObserved(as_of=at, slot=slot, prices=marked(quotes))
    return market_append(desk, event, at, slot, at.isoformat())


def was_observed(desk: Desk, at: datetime, slot: str) -> bool:
    """Whether the slot's transaction is in the log already."""
    found = event_id(MARKET_STREAM, PricesObserved.__name__, slot, at.isoformat())
    return desk.store.find(str(found)) is not None


def market_append(desk: Desk, event: Event, at: datetime, *what: object) -> Append:
    version = desk.store.head(MARKET_STREAM).version
    return Append(MARKET_STREAM, [new_event(MARKET_STREAM, event, what, at)], version)
