"""What a simulated fill costs, and how an order is split into fills."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

from core.rules import costs
from core.types import TICK, Money, Shares, Side

SPLIT_BELOW = 26
"""Of 256 values of a hash byte: about the tenth of orders that Alpaca's paper fills split."""


@dataclass(frozen=True, slots=True)
class FillRules:
    """Slippage against the trader and commission, both in basis points of the price or notional.

    ``shortable`` by symbol, absent means no. With ``partial_fills`` about one order in ten, chosen
    by ``seed`` and client order id, fills in two parts at two successive prices.
    """

    slippage_bps: Decimal = Decimal(0)
    commission_bps: Decimal = Decimal(0)
    shortable: Mapping[str, bool] = field(default_factory=dict)
    partial_fills: bool = False
    seed: int = 0

    def price(self, market_price: Decimal, side: Side) -> Decimal:
        """USD a share after slippage, to four places and never below one tick."""
        return costs.slipped(market_price, side, self.slippage_bps)

    def commission(self, quantity: Shares, price: Decimal) -> Money:
        """USD, to the cent."""
        return costs.commission(quantity, price, self.commission_bps)

    def first_part(self, client_order_id: str, quantity: Shares) -> Shares:
        """How much of an order fills at its first price; the rest fills at the next one."""
        digest = hashlib.sha256(f"{self.seed}/{client_order_id}".encode()).digest()
        if not self.partial_fills or digest[0] >= SPLIT_BELOW:
            return quantity
        step = Decimal(1) if quantity == quantity.to_integral_value() else TICK
        share = Decimal(digest[1] + 1) / Decimal(257)
        return (quantity * share).quantize(step, rounding=ROUND_DOWN) or quantity
