"""The market snapshot: prices and indicators frozen for the week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from core.market import PriceKind, Quote
from core.schemas.base import Schema
from core.types import WeekId


class AssetSnapshot(Schema):
    """One asset at ``as_of``: ``price`` in USD, indicators by name, None where history is too short."""

    symbol: str
    asset_class: str
    sector: str
    shortable: bool
    price: Decimal
    price_kind: PriceKind
    session: date
    indicators: Mapping[str, float | None]
    defects: tuple[str, ...] = ()


class MarketSnapshot(Schema):
    """Every asset of the universe, nothing later than ``as_of``.

    ``absent`` names assets without a trustworthy price and why: they cannot be pitched.
    """

    week_id: WeekId
    as_of: datetime
    source: str
    feed: str
    adjusted: bool
    assets: tuple[AssetSnapshot, ...]
    absent: Mapping[str, str] = {}

    def asset(self, symbol: str) -> AssetSnapshot | None:
        return next((asset for asset in self.assets if asset.symbol == symbol), None)

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(asset.symbol for asset in self.assets)


class MarkedPrice(Schema):
    """One asset's price at a mark or a checkpoint."""

    symbol: str
    price: Decimal
    kind: PriceKind
    session: date
    known_at: datetime
    source: str
    feed: str

    def as_quote(self) -> Quote:
        return Quote(
            symbol=self.symbol,
            price=self.price,
            kind=self.kind,
            session=self.session,
            known_at=self.known_at,
            source=self.source,
            feed=self.feed,
        )


def marked(quotes: Mapping[str, Quote]) -> tuple[MarkedPrice, ...]:
    """Quotes as they are stored, in symbol order."""
    return tuple(
        MarkedPrice(
            symbol=quote.symbol,
            price=quote.price,
            kind=quote.kind,
            session=quote.session,
            known_at=quote.known_at,
            source=quote.source,
            feed=quote.feed,
        )
        for _, quote in sorted(quotes.items())
    )
