"""Risk-parity tilt: more of what is calm and diversifies equities, less of what carries the risk.

Source: Maillard, Roncalli, Teiletche, "The properties of equally weighted risk contribution
portfolios", JPM 36 (2010): weight in inverse proportion to volatility and correlation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot
from core.schemas.pitch import PitchAnswer, PitchIndicator
from core.types import Horizon
from providers.llm.rules.idea import Idea, best, beyond, clipped, known, pitch

SCALE = 1.8
MOST_TREND = 0.5
QUIETEST = 0.02
"""Below this yearly volatility a distance is not divided further."""
CLEAR = 0.07
"""Distance to the mean, in yearly volatilities (half of a week's), from which it says a side."""
DIVERSIFIES_BELOW = 0.9
CALM_GROWTH = 1.5
"""An asset that becomes this many times as volatile is no longer the calm one."""


@dataclass(frozen=True, slots=True)
class Share:
    """What an asset adds to risk: volatility x (1.1 + correlation to SPY) / 2, and its neighbours."""

    asset: AssetSnapshot
    volatility: float
    correlation: float
    distance: float

    @property
    def risk(self) -> float:
        return self.volatility * (1.1 + self.correlation) / 2

    @property
    def trend(self) -> float:
        """The distance to the 50-session mean in yearly volatilities."""
        return self.distance / max(self.volatility, QUIETEST)


def risk_parity(brief: PitchBrief) -> PitchAnswer:
    """Long the lightest risk clearly above its 50-session mean, or short the heaviest below it."""
    idea = best(_ideas(brief))
    return pitch(
        idea, brief, "Nothing calm is clearly above its 50-session mean, nothing heavy below it."
    )


def _ideas(brief: PitchBrief) -> Iterator[Idea]:
    shares = list(_shares(brief))
    if not shares:
        return
    middle = median(share.risk for share in shares)
    for share in shares:
        weight = middle / share.risk
        tilt = 2 * weight / (1 + weight) - 1
        side = 1 if tilt >= 0 else -1
        if share.trend * side >= CLEAR:
            yield _idea(share, weight, tilt)


def _shares(brief: PitchBrief) -> Iterator[Share]:
    for asset in brief.snapshot.assets:
        values = known(asset, "realised_volatility_20", "correlation_spy_60", "distance_sma_50")
        if values is not None and values[0] > 0:
            yield Share(asset, *values)


def _idea(share: Share, weight: float, tilt: float) -> Idea:
    strength = clipped(SCALE * tilt + max(-MOST_TREND, min(MOST_TREND, share.trend)))
    long = share.distance > 0
    name = share.asset.symbol
    return Idea(
        asset=share.asset,
        strength=strength,
        horizon=Horizon.WEEK if long else Horizon.THREE_DAYS,
        horizon_because="a tilt earns slowly, less than a week would be noise"
        if long
        else "what carries the risk also rebounds hardest",
        bullets=(
            f"{name} gets {weight:.2f} times the median inverse-risk weight.",
            (
                f"Its volatility is {share.volatility:.1%} and its correlation to SPY "
                f"{share.correlation:+.2f}."
            ),
            (
                f"It trades {abs(share.distance):.1%} {'above' if long else 'below'} its 50-session "
                f"mean, so the tilt does not fight a {'fall' if long else 'rise'}."
            ),
        ),
        signs=_signs(share, strength),
        risk="Calm assets are calm until rates or credit gap; diversification fails in a squeeze."
        if long
        else "The riskiest asset bounces first when volatility subsides.",
        level="sma_50",
    )


def _signs(share: Share, strength: float) -> tuple[PitchIndicator, ...]:
    """Low risk speaks for the long side, high risk for the short one."""
    limit = share.volatility * (CALM_GROWTH if strength > 0 else 1 / CALM_GROWTH)
    side = -strength
    correlated = DIVERSIFIES_BELOW if strength > 0 else 0.0
    return (
        *beyond("distance_sma_50", share.distance, 0.0, strength),
        *beyond("correlation_spy_60", share.correlation, correlated, side),
        *beyond("realised_volatility_20", share.volatility, limit, side),
    )
