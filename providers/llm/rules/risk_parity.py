"""Risk-parity tilt: the calm asset that diversifies equities gets the weight, if it is not falling.

Source: Maillard, Roncalli, Teiletche, "The properties of equally weighted risk contribution
portfolios", JPM 36 (2010): weight in inverse proportion to volatility and correlation.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot
from core.schemas.pitch import PitchAnswer
from core.types import Horizon
from providers.llm.rules.idea import Idea, above, below, best, clipped, known, pitch

BASE = 0.9
DIVERSIFIES_BELOW = 0.9
CALM_GROWTH = 1.5
"""An asset that becomes this many times as volatile is no longer the calm one."""


def risk_parity(brief: PitchBrief) -> PitchAnswer:
    """The largest inverse-risk weight among assets above their 50-session mean; long only."""
    idea = best(_ideas(brief))
    return pitch(idea, brief, "No asset is both calm and above its 50-session mean.")


def _ideas(brief: PitchBrief) -> Iterator[Idea]:
    rows = list(_known(brief))
    if not rows:
        return
    middle = median(risk for _, risk, _, _ in rows)
    for asset, risk, correlation, distance in rows:
        if distance > 0:
            yield _idea(asset, middle / risk, correlation, distance)


def _known(brief: PitchBrief) -> Iterator[tuple[AssetSnapshot, float, float, float]]:
    """Asset, marginal risk (volatility x (1 + correlation to SPY) / 2), correlation, distance."""
    for asset in brief.snapshot.assets:
        values = known(asset, "realised_volatility_20", "correlation_spy_60", "distance_sma_50")
        if values is None or values[0] <= 0:
            continue
        volatility, correlation, distance = values
        yield asset, volatility * (1.1 + correlation) / 2, correlation, distance


def _idea(asset: AssetSnapshot, weight: float, correlation: float, distance: float) -> Idea:
    volatility = asset.indicators["realised_volatility_20"] or 0.0
    trend = min(distance / max(volatility, 0.02), 0.5)
    return Idea(
        asset=asset,
        strength=clipped(BASE * min(weight, 2.0) / 2 + trend),
        horizon=Horizon.WEEK,
        horizon_because="a tilt earns slowly, less than a week would be noise",
        bullets=(
            f"{asset.symbol} gets {weight:.2f} times the median inverse-risk weight.",
            f"Its volatility is {volatility:.1%} and its correlation to SPY {correlation:+.2f}.",
            f"It trades {distance:.1%} above its 50-session mean, so the tilt does not fight a fall.",
        ),
        signs=(
            *above("distance_sma_50", distance, 0.0),
            *below("correlation_spy_60", correlation, DIVERSIFIES_BELOW),
            *below("realised_volatility_20", volatility, CALM_GROWTH * volatility),
        ),
        risk="Calm assets are calm until rates or credit gap; diversification fails in a squeeze.",
        level="sma_50",
    )
