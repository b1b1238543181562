"""How far the indicators of a pitch can be trusted, and how clearly they speak."""

from __future__ import annotations

import math

from core.rules.pitch_check import NOISE, TOLERANCE, frozen_value
from core.schemas.pitch import Comparison, PitchIndicator
from providers.llm.rules.idea import weekly_volatility
from providers.llm.rules.sight import Sight

SESSIONS_A_WEEK = 5
UNITS = {
    "rsi_14": 10.0,
    "zscore_return_20d": 1.0,
    "correlation_spy_60": 0.25,
    "relative_volume_20": 0.5,
    "realised_volatility_20": 0.05,
}
"""A margin that is worth noticing, in the indicator's own units."""
WINDOW = {"return_1d": 1, "return_5d": 5, "return_20d": 20, "return_60d": 60}
MEANS = {"distance_sma_20": 20, "distance_sma_50": 50, "distance_sma_200": 200, "drawdown_252": 60}
"""Sessions whose volatility is the unit of a distance: half of it, see `_unit`."""
USD_SHARE = 0.1
"""Of a weekly move, for indicators in USD (MACD, means, ATR)."""


def soundness(sight: Sight, one: PitchIndicator) -> float:
    """1 for a true value on its stated side, 0.5 for a true one on the other, 0 for an untrue one."""
    true = frozen_value(one.name, sight.pitch.instrument, sight.snapshot)
    if not isinstance(true, float) or abs(true - one.value) > max(TOLERANCE * abs(true), NOISE):
        return 0.0
    return 1.0 if _margin(one) > 0 else 0.5


def decisiveness(sight: Sight, one: PitchIndicator) -> float:
    """Margin / (margin + unit), 0 to 1; 0 where the indicator is not sound."""
    if soundness(sight, one) < 1.0:
        return 0.0
    return _margin(one) / (_margin(one) + _unit(sight, one.name))


def covers(sight: Sight) -> bool:
    """Whether a sound indicator is one that the lens itself reads."""
    return any(
        one.name.rpartition(".")[2] in sight.lens.reads and soundness(sight, one) == 1.0
        for one in sight.pitch.indicators
    )


def _margin(one: PitchIndicator) -> float:
    """How far the value stands beyond its threshold on the stated side; negative on the other."""
    side = 1 if one.direction is Comparison.ABOVE else -1
    return (one.value - one.threshold) * side


def _unit(sight: Sight, name: str) -> float:
    """One volatility of the window for a return, half of one for a distance, else the table's."""
    symbol, _, column = name.rpartition(".")
    if column in UNITS:
        return UNITS[column]
    asset = sight.snapshot.asset(symbol) if symbol else sight.asset
    week = weekly_volatility(asset) if asset else 0.03
    if column in WINDOW:
        return week * math.sqrt(WINDOW[column] / SESSIONS_A_WEEK)
    if column in MEANS:
        return week * math.sqrt(MEANS[column] / SESSIONS_A_WEEK) / 2
    return USD_SHARE * week * (float(asset.price) if asset else 1.0)
