"""How each reviewing strategy sees an asset: what it trusts, how it times, what it calls too wild."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.schemas.market import AssetSnapshot, MarketSnapshot
from providers.llm.rules.carry import EARNERS, HAVENS, market_stress
from providers.llm.rules.idea import known
from providers.llm.rules.trend import LOOKBACK_SHARE

Evidence = Callable[[AssetSnapshot, MarketSnapshot], float | None]


@dataclass(frozen=True, slots=True)
class Lens:
    """``evidence`` runs from −1 (falls) to 1 (rises), None where the lens knows nothing.

    ``trusts`` names it in words. ``chases`` is what a move of the last five sessions toward the
    pitched side is worth to the timing: 1 wants to see it begun, −1 wants to lean against it.
    ``wild`` is the yearly volatility that cannot be held, ``budget`` the share of equity a stop may
    reasonably cost, ``stop`` the weekly volatilities it gives an exit, ``reads`` the columns it
    checks first.
    """

    evidence: Evidence
    trusts: str
    chases: float
    wild: float
    budget: float
    stop: float
    reads: tuple[str, ...]


def by_trend(asset: AssetSnapshot, _: MarketSnapshot) -> float | None:
    """The 60-session return in volatilities, squashed."""
    values = known(asset, "return_60d", "realised_volatility_20")
    if values is None or values[1] <= 0:
        return None
    return math.tanh(values[0] / (values[1] * LOOKBACK_SHARE))


def by_reversion(asset: AssetSnapshot, _: MarketSnapshot) -> float | None:
    """The opposite of how stretched the 20-session return is."""
    values = known(asset, "zscore_return_20d")
    return None if values is None else -math.tanh(values[0] / 1.5)


def by_risk(asset: AssetSnapshot, _: MarketSnapshot) -> float | None:
    """Distance to the 50-session mean in volatilities, less for what moves with equities."""
    values = known(asset, "distance_sma_50", "realised_volatility_20", "correlation_spy_60")
    if values is None or values[1] <= 0:
        return None
    return math.tanh(3 * values[0] / values[1]) * (1.2 - 0.4 * max(values[2], 0.0)) / 1.2


def by_regime(asset: AssetSnapshot, snapshot: MarketSnapshot) -> float | None:
    """What the market's stress says of earners of a premium and of havens."""
    stress = market_stress(snapshot)
    if stress is None:
        return None
    if asset.asset_class in EARNERS:
        return -stress.level
    return stress.level if asset.asset_class in HAVENS else -0.3 * stress.level


LENSES: Mapping[str, Lens] = {
    "rules/trend": Lens(
        evidence=by_trend,
        trusts="the 60-session move against volatility",
        chases=1.0,
        wild=0.45,
        budget=0.03,
        stop=2.0,
        reads=("return_60d", "return_20d", "distance_sma_200"),
    ),
    "rules/mean-reversion": Lens(
        evidence=by_reversion,
        trusts="how stretched 20 sessions are",
        chases=-0.8,
        wild=0.60,
        budget=0.02,
        stop=1.0,
        reads=("zscore_return_20d", "rsi_14", "return_20d"),
    ),
    "rules/risk-parity": Lens(
        evidence=by_risk,
        trusts="the distance to the mean per unit of risk",
        chases=0.4,
        wild=0.25,
        budget=0.0125,
        stop=1.25,
        reads=("realised_volatility_20", "correlation_spy_60", "distance_sma_50"),
    ),
    "rules/carry": Lens(
        evidence=by_regime,
        trusts="the regime of volatility and credit",
        chases=0.6,
        wild=0.35,
        budget=0.015,
        stop=1.5,
        reads=("drawdown_252", "realised_volatility_20", "return_20d"),
    ),
}
