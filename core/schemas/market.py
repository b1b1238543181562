"""The market snapshot: prices and indicators frozen for the week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from core.market import PriceKind
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
