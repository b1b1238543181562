"""Time-series momentum: what rose over three months tends to go on rising.

Source: Moskowitz, Ooi, Pedersen, "Time series momentum", JFE 104 (2012); sixty sessions instead of
twelve months, because the trade lasts a week.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot
from core.schemas.pitch import PitchAnswer
from core.types import Horizon
from providers.llm.rules.idea import Idea, best, beyond, clipped, known, pitch

LOOKBACK_SHARE = math.sqrt(60 / 252)
CLEAR = 1.0
"""A 60-session move within one volatility is no trend."""
SATURATION = 3.0
"""Conviction is 2 tanh(move in volatilities / this): 1.2 at two volatilities, 1.5 at three."""


def trend(brief: PitchBrief) -> PitchAnswer:
    """The asset with the strongest volatility-scaled 60-session return that its 20-session one confirms."""
    idea = best(_ideas(brief))
    return pitch(
        idea, brief, "No asset's 60-session move is both clear and confirmed by its last 20."
    )


def _ideas(brief: PitchBrief) -> Iterator[Idea]:
    for asset in brief.snapshot.assets:
        values = known(
            asset, "return_60d", "return_20d", "distance_sma_200", "realised_volatility_20"
        )
        if values is None or values[3] <= 0:
            continue
        idea = _idea(asset, values)
        if idea is not None:
            yield idea


def _idea(asset: AssetSnapshot, values: tuple[float, ...]) -> Idea | None:
    quarter, month, distance, volatility = values
    if quarter * month <= 0 or quarter * distance <= 0:
        return None
    score = quarter / (volatility * LOOKBACK_SHARE)
    if abs(score) < CLEAR:
        return None
    strength = clipped(2.0 * math.tanh(score / SATURATION))
    histogram = asset.indicators.get("macd_histogram")
    turning = histogram is not None and histogram * quarter < 0
    side = "above" if distance > 0 else "below"
    bullets = (
        f"{asset.symbol} moved {quarter:+.1%} in 60 sessions, {score:+.2f} of its own volatility.",
        f"The last 20 sessions agree: {month:+.1%}.",
        f"Price stands {abs(distance):.1%} {side} its 200-session mean.",
        f"The MACD histogram is {histogram:+.3f}, {'against' if turning else 'with'} the move."
        if histogram is not None
        else "MACD is unknown: too little history.",
    )
    return Idea(
        asset=asset,
        strength=clipped(strength * (0.7 if turning else 1.0)),
        horizon=Horizon.THREE_DAYS if turning else Horizon.WEEK,
        horizon_because="momentum is fading" if turning else "a trend is given the whole week",
        bullets=bullets,
        signs=(
            *beyond("return_60d", quarter, 0.0, quarter),
            *beyond("return_20d", month, 0.0, quarter),
            *beyond("distance_sma_200", distance, 0.0, quarter),
            *(() if histogram is None else beyond("macd_histogram", histogram, 0.0, quarter)),
        ),
        risk=f"Momentum ends abruptly; volatility of {volatility:.0%} decides how wide the stop is.",
        level="sma_50",
    )
