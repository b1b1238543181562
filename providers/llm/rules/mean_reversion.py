"""Short-term reversal: what moved too far in a month tends to give part of it back.

Sources: Jegadeesh, "Evidence of predictable behavior of security returns", JF 45 (1990); Lehmann,
"Fads, martingales, and market efficiency", QJE 105 (1990).
"""

from __future__ import annotations

from collections.abc import Iterator

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot
from core.schemas.pitch import PitchAnswer
from core.types import Horizon
from providers.llm.rules.idea import Idea, below, best, beyond, clipped, known, pitch

FAR = 1.25
"""A z-score of the 20-session return from here on counts as stretched."""
CRASH_VOLATILITY = 0.60
OVERBOUGHT, OVERSOLD = 62.0, 38.0
GIVE_BACK = 1.0
"""Weekly volatilities: a reversal that gives back more than this of its best is over."""


def mean_reversion(brief: PitchBrief) -> PitchAnswer:
    """Against the most stretched 20-session move that RSI confirms, outside of a crash."""
    return pitch(best(_ideas(brief)), brief, "Nothing is stretched far enough to lean against.")


def _ideas(brief: PitchBrief) -> Iterator[Idea]:
    for asset in brief.snapshot.assets:
        values = known(asset, "zscore_return_20d", "rsi_14", "realised_volatility_20")
        if values is None:
            continue
        score, rsi, volatility = values
        stretched = (score >= FAR and rsi >= OVERBOUGHT) or (score <= -FAR and rsi <= OVERSOLD)
        if stretched and volatility < CRASH_VOLATILITY:
            yield _idea(asset, score, rsi, volatility)


def _idea(asset: AssetSnapshot, score: float, rsi: float, volatility: float) -> Idea:
    side = "up" if score > 0 else "down"
    extreme = abs(score) > FAR + 1.5
    return Idea(
        asset=asset,
        strength=clipped(-(0.6 + 0.7 * (abs(score) - FAR)) * (1 if score > 0 else -1)),
        horizon=Horizon.DAY if extreme else Horizon.THREE_DAYS,
        horizon_because="so far a stretch snaps back at once or not at all"
        if extreme
        else "reversals take a few sessions, a week would meet the trend again",
        bullets=(
            f"{asset.symbol}'s 20-session return stands {score:+.2f} deviations from its year's mean.",
            f"RSI is {rsi:.1f}: the move {side} is crowded.",
            (
                f"Volatility of {volatility:.0%} is below the {CRASH_VOLATILITY:.0%} at which "
                "stretched moves go on."
            ),
        ),
        signs=(
            *beyond("zscore_return_20d", score, FAR if score > 0 else -FAR, score),
            *beyond("rsi_14", rsi, OVERBOUGHT if score > 0 else OVERSOLD, score),
            *below("realised_volatility_20", volatility, CRASH_VOLATILITY),
        ),
        risk="A stretched market can stretch further: the trade is against the tape.",
        give_back=GIVE_BACK,
    )
