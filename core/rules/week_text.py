"""A frozen week in words, the same for what is remembered and for the week that asks."""

from __future__ import annotations

from core.rules.conditions import mood
from core.schemas.market import AssetSnapshot, MarketSnapshot

MOST = 12
"""Assets told of: the embedding model reads 256 tokens and no more."""
OVERBOUGHT, OVERSOLD = 70, 30


def week_text(snapshot: MarketSnapshot) -> str:
    """What each asset was doing, in the order of the universe; no price and no date."""
    return "; ".join(_told(asset) for asset in snapshot.assets[:MOST])


def _told(asset: AssetSnapshot) -> str:
    words = [asset.symbol]
    month = asset.indicators.get("return_20d")
    if month is not None:
        words.append(f"{round(month, 2) + 0.0:+.0%}")  # never minus zero
    distance = asset.indicators.get("distance_sma_200")
    if distance is not None:
        words.append("uptrend" if distance > 0 else "downtrend")
    strength = asset.indicators.get("rsi_14")
    if strength is not None and not OVERSOLD <= strength <= OVERBOUGHT:
        words.append("overbought" if strength > OVERBOUGHT else "oversold")
    volatility = asset.indicators.get("realised_volatility_20")
    if volatility is not None:
        words.append(mood(volatility))
    return " ".join(words) if len(words) > 1 else f"{asset.symbol} unknown"
