"""A symbol's situation in words: the same for what is remembered and for whoever asks memory."""

from __future__ import annotations

from collections.abc import Mapping

TOLD: Mapping[str, str] = {
    "return_5d": "return over 5 sessions",
    "return_20d": "return over 20 sessions",
    "return_60d": "return over 60 sessions",
    "distance_sma_50": "distance from the 50-session mean",
    "distance_sma_200": "distance from the 200-session mean",
    "realised_volatility_20": "volatility a year",
    "drawdown_252": "below its high of a year",
}
"""Indicators as `core.rules.indicators` names them, fractions."""
UNKNOWN = "unknown"
OVERSOLD, OVERBOUGHT = 30, 70
"""Wilder's own lines."""


def situation_text(symbol: str, sector: str | None, figures: Mapping[str, float | None]) -> str:
    """Without prices or dates: what makes one setup like another. Figures that are not known are left out.

    ``figures`` by their indicators' names; ``rsi_14`` 0 … 100, ``relative_volume_20`` a multiple.
    """
    parts = [f"{symbol}, sector {sector or UNKNOWN}"]
    for name, told in TOLD.items():
        value = figures.get(name)
        if value is not None:
            parts.append(f"{told} {value:+.1%}")
    strength = figures.get("rsi_14")
    if strength is not None:
        parts.append(f"RSI {strength:.0f} ({_side(strength)})")
    volume = figures.get("relative_volume_20")
    if volume is not None:
        parts.append(f"volume {volume:.1f} times its usual")
    return "; ".join(parts)


def _side(strength: float) -> str:
    if strength > OVERBOUGHT:
        return "overbought"
    return "oversold" if strength < OVERSOLD else "neutral"
