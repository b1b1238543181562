"""Positioning guessed from prices: how stretched a month is, and how one-sided its days were."""

from __future__ import annotations

from core.schemas.research import ConsensusMap, Positioning
from providers.research.regime import Readings, percent

BENCHMARK = "SPY"
STRETCHED = 1.5
"""Deviations of the 20-session return from its year's mean."""
ONE_SIDED = 18.0
"""Points of RSI away from 50."""
QUIET = 6.0


def crowded(readings: Readings, symbol: str) -> bool | None:
    """Stretched and one-sided in the same direction; None where either is unknown."""
    score, rsi = readings.get(symbol, "zscore_return_20d"), readings.get(symbol, "rsi_14")
    if score is None or rsi is None:
        return None
    return abs(score) >= STRETCHED and abs(rsi - 50) >= ONE_SIDED and score * (rsi - 50) > 0


def positioning(readings: Readings) -> Positioning:
    """Of the benchmark: crowded, light when neither stretched nor one-sided, else neutral."""
    score = readings.get(BENCHMARK, "zscore_return_20d")
    rsi = readings.get(BENCHMARK, "rsi_14")
    if score is None or rsi is None:
        return Positioning.NEUTRAL
    if crowded(readings, BENCHMARK):
        return Positioning.CROWDED
    light = abs(rsi - 50) < QUIET and abs(score) < 0.5
    return Positioning.LIGHT if light else Positioning.NEUTRAL


def consensus(readings: Readings) -> ConsensusMap:
    """What prices alone suggest others expect; every sentence says that it is inferred."""
    change = percent(readings.change(BENCHMARK))
    mean, price = readings.get(BENCHMARK, "sma_50"), readings.get(BENCHMARK, "distance_sma_50")
    side = "below" if price is None or price > 0 else "above"
    level = "its 50-session mean" if mean is None else f"its 50-session mean of {mean:.2f}"
    packed = [symbol for symbol in readings.by_symbol if crowded(readings, symbol)]
    return ConsensusMap(
        street_consensus=(
            f"Inferred from prices, no survey was read: {BENCHMARK} {change} over "
            f"{readings.lens.words}, RSI {_number(readings.get(BENCHMARK, 'rsi_14'))}."
        ),
        positioning_guess=positioning(readings),
        what_market_is_priced_for=(
            f"More of the same: {BENCHMARK} {change} over {readings.lens.words}.",
            f"Crowded by price: {', '.join(packed)}." if packed else "Nothing is crowded by price.",
        ),
        what_would_surprise=(f"{BENCHMARK} closing {side} {level} within the week.",),
    )


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f}"
