"""How each reviewing strategy sees an asset: evidence from −1 (falls) to 1 (rises)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from core.schemas.market import AssetSnapshot, MarketSnapshot
from providers.llm.rules.carry import EARNERS, HAVENS, market_stress
from providers.llm.rules.idea import known
from providers.llm.rules.trend import LOOKBACK_SHARE

Lens = Callable[[AssetSnapshot, MarketSnapshot], float | None]


def by_trend(asset: AssetSnapshot, snapshot: MarketSnapshot) -> float | None:
    """The 60-session return in volatilities, squashed."""
    values = known(asset, "return_60d", "realised_volatility_20")
    if values is None or values[1] <= 0:
        return None
    return math.tanh(values[0] / (values[1] * LOOKBACK_SHARE))


def by_reversion(asset: AssetSnapshot, snapshot: MarketSnapshot) -> float | None:
    """The opposite of how stretched the 20-session return is."""
    values = known(asset, "zscore_return_20d")
    return None if values is None else -math.tanh(values[0] / 1.5)


def by_risk(asset: AssetSnapshot, snapshot: MarketSnapshot) -> float | None:
    """Distance to the 50-session mean in volatilities, less for what moves with equities."""
    values = known(asset, "distance_sma_50", "realised_volatility_20", "correlation_spy_60")
    if values is None or values[1] <= 0:
        return None
    return math.tanh(3 * values[0] / values[1]) * (1.2 - 0.4 * max(values[2], 0.0)) / 1.2


def by_carry(asset: AssetSnapshot, snapshot: MarketSnapshot) -> float | None:
    """What the market's stress says of earners of a premium and of havens."""
    stress = market_stress(snapshot)
    if stress is None:
        return None
    if asset.asset_class in EARNERS:
        return -stress
    return stress if asset.asset_class in HAVENS else -0.3 * stress


LENSES: Mapping[str, Lens] = {
    "rules/trend": by_trend,
    "rules/mean-reversion": by_reversion,
    "rules/risk-parity": by_risk,
    "rules/carry": by_carry,
}
