"""A round trip: everything between a position's first entry and the fill that leaves it flat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from core.schemas.order import BrokerFill
from core.types import Direction, Money, Shares, Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OpenTrip:
    """Sums since the position was last flat: shares and USD in and out, costs paid (USD)."""

    symbol: str
    direction: Direction
    opened_at: datetime
    entered: Shares = ZERO
    entry_value: Money = ZERO
    exited: Shares = ZERO
    exit_value: Money = ZERO
    costs: Money = ZERO

    @classmethod
    def begin(cls, fill: BrokerFill) -> OpenTrip:
        direction = Direction.LONG if fill.side is Side.BUY else Direction.SHORT
        return cls(fill.symbol, direction, fill.filled_at)

    def with_fill(self, fill: BrokerFill, *, entry: bool) -> OpenTrip:
        value = fill.quantity * fill.price
        costs = self.costs + fill.commission
        if entry:
            return replace(
                self,
                entered=self.entered + fill.quantity,
                entry_value=self.entry_value + value,
                costs=costs,
            )
        return replace(
            self,
            exited=self.exited + fill.quantity,
            exit_value=self.exit_value + value,
            costs=costs,
        )

    def charged(self, amount: Money) -> OpenTrip:
        """The trip after a charge such as borrow (USD, positive = paid)."""
        return replace(self, costs=self.costs + amount)


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A finished round trip, however many fills it took.

    ``quantity`` is all shares entered (positive), prices are their means in USD, ``pnl`` is net of
    every cost (USD): what counts as a win or a loss.
    """

    symbol: str
    direction: Direction
    quantity: Shares
    entry_price: Decimal
    exit_price: Decimal
    pnl: Money
    opened_at: datetime
    closed_at: datetime

    @property
    def costs(self) -> Money:
        """USD of commissions and charges between the first entry and the last exit."""
        move = (self.exit_price - self.entry_price) * self.quantity * self.direction.sign
        return move - self.pnl

    @property
    def earned(self) -> float:
        """``pnl`` as a fraction of what was paid for the shares, or sold short."""
        return float(self.pnl / (self.entry_price * self.quantity))


def close_trip(trip: OpenTrip, last: BrokerFill) -> ClosedTrade:
    """The trip as history, once its exits equal its entries."""
    gross = (trip.exit_value - trip.entry_value) * trip.direction.sign
    return ClosedTrade(
        symbol=trip.symbol,
        direction=trip.direction,
        quantity=trip.entered,
        entry_price=trip.entry_value / trip.entered,
        exit_price=trip.exit_value / trip.exited,
        pnl=gross - trip.costs,
        opened_at=trip.opened_at,
        closed_at=last.filled_at,
    )
