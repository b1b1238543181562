"""A tradable candidate computed from one asset's move over the lens' window."""

from __future__ import annotations

from core.schemas.research import Bias, TradableCandidate, WatchIndicator
from providers.research.regime import Readings, percent

CLEAR = 0.5


def candidate(symbol: str, move: float, readings: Readings, window: str) -> TradableCandidate:
    """Bullish or bearish from half a volatility on, else neutral; ends at the 20-session mean."""
    bias = Bias.NEUTRAL if abs(move) < CLEAR else Bias.BULLISH if move > 0 else Bias.BEARISH
    level = readings.get(symbol, "sma_20")
    mean = "unknown" if level is None else f"{level:.2f}"
    side = "below" if move > 0 else "above"
    score = readings.get(symbol, "zscore_return_20d")
    stretched = "unknown" if score is None else f"{score:+.2f} deviations"
    return TradableCandidate(
        instrument=symbol,
        directional_bias=bias,
        one_week_thesis=(
            f"{symbol} {percent(readings.get(symbol, readings.returns))} over {window}: "
            f"{move:+.2f} of its volatility.",
        ),
        primary_risks=(f"Its 20-session return is stretched by {stretched}.",),
        watch_indicators=(
            WatchIndicator(
                name="sma_20",
                type="price level",
                bullish_condition=f"price above {mean}",
                bearish_condition=f"price below {mean}",
                check_frequency="each checkpoint",
            ),
        ),
        invalidation_rule=f"{symbol} {side} its 20-session mean ({mean})",
    )
