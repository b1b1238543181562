"""The room a cycle still has: cash, positions and sectors, less at every BUY that is allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from core.rules.costs import BASIS_POINT
from core.schemas.cycle import CycleAccount, CycleMarket, CycleSymbol
from core.strategy import EquityLimits
from core.types import Money, Shares

ZERO = Decimal(0)
UNKNOWN_SECTOR = "unknown"
"""All symbols whose sector nobody knows share this one bucket."""
LEAST_HEADROOM, MOST_HEADROOM = Decimal("0.02"), Decimal("0.10")
RANGES = 2
"""An order fills later than it is decided: two ordinary days' ranges are left free above the price."""


@dataclass(frozen=True, slots=True)
class Room:
    """USD of ``cash`` left, how many more ``positions``, USD held a sector; ``equity`` stays as it was."""

    equity: Money
    cash: Money
    positions: int
    sectors: Mapping[str, Money]
    limits: EquityLimits

    @classmethod
    def of(cls, market: CycleMarket, limits: EquityLimits) -> Room:
        """Before the first signal: orders under way count as if they had filled."""
        account = market.account
        held = [one for one in account.held if one.expected or one.quantity]
        return cls(
            equity=account.equity,
            cash=account.cash - account.committed,
            positions=limits.max_positions - len(held),
            sectors=sector_values(account),
            limits=limits,
        )

    def taken(self, asset: CycleSymbol, shares: Shares) -> Room:
        """The room once so many shares are bought."""
        spent, sector = shares * cover(asset, self.limits), sector_of(asset.sector)
        return replace(
            self,
            cash=self.cash - spent,
            positions=self.positions - 1,
            sectors={**self.sectors, sector: self.sectors.get(sector, ZERO) + spent},
        )

    def in_sector(self, asset: CycleSymbol) -> Money:
        """USD that may still go into its sector, at least 0."""
        cap = self.limits.max_sector_pct * self.equity
        return max(cap - self.sectors.get(sector_of(asset.sector), ZERO), ZERO)


def sector_values(account: CycleAccount) -> Mapping[str, Money]:
    """USD at the frozen prices a sector, orders under way included."""
    found: defaultdict[str, Money] = defaultdict(Decimal)
    for one in account.held:
        found[sector_of(one.sector)] += max(one.quantity, one.expected) * one.price
    return dict(found)


def sector_of(name: str | None) -> str:
    return name or UNKNOWN_SECTOR


def cover(asset: CycleSymbol, limits: EquityLimits) -> Decimal:
    """USD a share to reckon with: the price, its headroom, slippage and commission."""
    costs = (limits.slippage_bps + limits.commission_bps) * BASIS_POINT
    return asset.price * (1 + headroom(asset) + costs)


def headroom(asset: CycleSymbol) -> Decimal:
    """A share of the price: two average true ranges, between 2 % and 10 %."""
    atr = asset.indicators.get("atr_14")
    if atr is None or asset.price <= 0:
        return MOST_HEADROOM
    ranges = RANGES * Decimal(str(atr)) / asset.price
    return min(max(ranges, LEAST_HEADROOM), MOST_HEADROOM)
