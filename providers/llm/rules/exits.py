"""How near the first exit of a pitch is, and what reaching it would cost."""

from __future__ import annotations

from collections.abc import Iterator

from core.schemas.market import AssetSnapshot
from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand
from providers.llm.rules.idea import NOISE_VOLATILITIES, weekly_volatility
from providers.llm.rules.sight import Sight

LOSSES = (LiveOperand.RETURN_SINCE_ENTRY, LiveOperand.DRAWDOWN_SINCE_ENTRY)


def nearest_exit(sight: Sight) -> float | None:
    """The nearest adverse move that ends the pitch, in weekly volatilities; None where none does.

    A rule that is met already at the frozen price is an exit at 0.
    """
    if sight.asset is None:
        return None
    week = weekly_volatility(sight.asset)
    return min((loss / week for loss in _losses(sight, sight.asset)), default=None)


def loss_at_exit(sight: Sight) -> float | None:
    """Share of equity lost when the nearest exit is reached: its distance × |conviction| / 2.

    A price moves through an exit that is nearer than noise, so no less than that is counted; None
    where nothing ends the pitch or something does already.
    """
    near = nearest_exit(sight)
    if not near or sight.asset is None:
        return None
    moved = max(near, NOISE_VOLATILITIES) * weekly_volatility(sight.asset)
    return moved * abs(sight.pitch.conviction) / 2


def _losses(sight: Sight, asset: AssetSnapshot) -> Iterator[float]:
    """Each adverse move that ends it, as a positive fraction of the price."""
    for rule in sight.pitch.invalidation_rules:
        if rule.operand is LiveOperand.PRICE:
            loss = _to_level(rule, asset, sight.pitch.direction.sign)
        elif rule.operand in LOSSES and rule.comparison is Comparison.BELOW:
            loss = -(rule.threshold or 0.0)
        else:
            continue
        if loss is not None:
            yield max(loss, 0.0)


def _to_level(rule: InvalidationRule, asset: AssetSnapshot, side: int) -> float | None:
    """From the frozen price to the level; None when it is unknown or on the profitable side."""
    adverse = Comparison.BELOW if side > 0 else Comparison.ABOVE
    price = float(asset.price)
    level = rule.threshold
    if rule.level is not None:
        level = price if rule.level == "price" else asset.indicators.get(rule.level)
    if level is None or rule.comparison is not adverse:
        return None
    return (price - level) / price * side
