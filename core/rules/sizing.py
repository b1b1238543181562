"""Target weights and quantities, exact in Decimal."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from core.types import Direction

FULL_CONVICTION = Decimal(2)
ZERO = Decimal(0)
WHOLE = Decimal(1)
FRACTION = Decimal("0.0001")


def target_weight(
    conviction: float, direction: Direction, max_position_pct: Decimal, min_conviction: float
) -> Decimal:
    """Signed share of equity: |conviction| / 2 x the maximum; 0 when FLAT or below the minimum."""
    if direction is Direction.FLAT or abs(conviction) < min_conviction:
        return ZERO
    size = abs(Decimal(str(conviction))) / FULL_CONVICTION
    return direction.sign * size * max_position_pct


def quantity(
    weight: Decimal, equity: Decimal, price: Decimal, *, fractional_longs: bool
) -> Decimal:
    """Signed shares worth at most |weight| x equity (USD) at ``price`` (USD a share).

    Rounded toward zero: whole shares for shorts, four places for longs when fractions are allowed.
    No equity or no price buys nothing.
    """
    if not weight or equity <= 0 or price <= 0:
        return ZERO
    step = FRACTION if weight > 0 and fractional_longs else WHOLE
    shares = (abs(weight) * equity / price).quantize(step, rounding=ROUND_FLOOR)
    return shares if weight > 0 else -shares
