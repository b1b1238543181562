"""A setup in words, the same for what is asked of memory and for what is remembered."""

from __future__ import annotations

from collections.abc import Mapping

from core.schemas.cycle import CycleSymbol

TOLD: Mapping[str, str] = {
    "return_5d": "return over 5 sessions",
    "return_20d": "return over 20 sessions",
    "return_60d": "return over 60 sessions",
    "distance_sma_50": "distance from the 50-session mean",
    "distance_sma_200": "distance from the 200-session mean",
    "realised_volatility_20": "volatility a year",
    "drawdown_252": "below its high of a year",
}


def setup_text(asset: CycleSymbol) -> str:
    """Figures in words, without prices or dates: what makes one setup like another."""
    parts = [f"{asset.symbol}, sector {asset.sector or 'unknown'}"]
    for name, told in TOLD.items():
        value = asset.indicators.get(name)
        if value is not None:
            parts.append(f"{told} {value:+.1%}")
    strength = asset.indicators.get("rsi_14")
    if strength is not None:
        parts.append(f"RSI {strength:.0f} ({_side(strength)})")
    volume = asset.indicators.get("relative_volume_20")
    if volume is not None:
        parts.append(f"volume {volume:.1f} times its usual")
    return "; ".join(parts)


def _side(strength: float) -> str:
    """Wilder's own lines: 30 and 70."""
    return "overbought" if strength > 70 else "oversold" if strength < 30 else "neutral"
