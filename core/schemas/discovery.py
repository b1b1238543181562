"""What discovery's model is shown and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from core.schemas.base import Schema, ShortText, Symbol
from core.schemas.setups import Neighbour
from core.schemas.suggestion import Unit


class HeldShare(Schema):
    """A position: its share of the strategy's equity."""

    symbol: Symbol
    sector: str
    share: float


class MarketView(Schema):
    """The whole market at a session's close: fractions, None where unknown."""

    benchmark: Symbol
    returns: Mapping[str, float | None]
    above_sma_20: float | None
    median_return_20: float | None
    median_volatility: float | None
    sector_returns: Mapping[str, float] = {}


class CandidateRow(Schema):
    """One symbol by its figures; None is unknown. Prices and dollar volume in USD."""

    symbol: Symbol
    sector: str | None
    price: float
    dollar_volume: float | None
    relative_volume: float | None
    rsi: float | None
    volatility: float | None
    distance_sma_20: float | None
    distance_sma_50: float | None
    return_20: float | None


class DiscoveryBrief(Schema):
    """What the model picker gets; the other pickers' words are not among it."""

    strategy: str
    as_of: datetime
    last_session: date
    source: str
    feed: str
    adjusted: bool
    universe: int
    holdings: tuple[HeldShare, ...]
    watchlist: tuple[str, ...]
    market: MarketView
    candidates: tuple[CandidateRow, ...]
    conditions: tuple[Neighbour, ...] = ()
    max_picks: int


class NamedSymbol(Schema):
    """A symbol as the model wrote it; whether it exists is looked up, not believed."""

    symbol: str = Field(min_length=1, max_length=20)
    score: Unit
    reason: ShortText


class DiscoveryAnswer(Schema):
    """At most ``max_picks`` symbols, best first; none is an answer."""

    market_view: ShortText
    picks: tuple[NamedSymbol, ...] = Field(max_length=100)
