"""A strategy's idea: one asset, a signed strength, the numbers behind it, as a pitch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot
from core.schemas.pitch import (
    Agreement,
    Comparison,
    FrozenLevel,
    InvalidationRule,
    LiveOperand,
    PackAgreement,
    PitchAnswer,
    PitchIndicator,
)
from core.schemas.research import Bias, ResearchOutcome
from core.types import Direction, Horizon

WEEKS_A_YEAR = 52
MIN_STRENGTH = 0.25
STOP_VOLATILITIES = 1.5


@dataclass(frozen=True, slots=True)
class Idea:
    """``strength`` is the conviction (−2 to 2, sign is the side); ``signs`` the frozen evidence.

    ``level`` names a frozen price level whose crossing ends the idea, where there is one.
    """

    asset: AssetSnapshot
    strength: float
    horizon: Horizon
    bullets: tuple[str, ...]
    signs: tuple[PitchIndicator, ...]
    risk: str
    level: FrozenLevel | None = None

    @property
    def direction(self) -> Direction:
        return Direction.LONG if self.strength > 0 else Direction.SHORT


def known(asset: AssetSnapshot, *names: str) -> tuple[float, ...] | None:
    """The values of these indicators; None when one of them is unknown."""
    values = [asset.indicators.get(name) for name in names]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(names) else None


def sign(name: str, value: float, threshold: float) -> PitchIndicator:
    """Evidence that holds while the value stays on the side of the threshold where it is now."""
    direction = Comparison.ABOVE if value > threshold else Comparison.BELOW
    return PitchIndicator(name=name, value=value, threshold=threshold, direction=direction)


def clipped(strength: float) -> float:
    """Within the conviction scale, to two places."""
    return round(max(-2.0, min(2.0, strength)), 2)


def best(ideas: Iterable[Idea]) -> Idea | None:
    """The strongest idea that may be traded; ties go to the earlier symbol. None when all are weak."""
    fit = [
        idea
        for idea in ideas
        if abs(idea.strength) >= MIN_STRENGTH and (idea.strength > 0 or idea.asset.shortable)
    ]
    return min(fit, key=lambda idea: (-abs(idea.strength), idea.asset.symbol), default=None)


def weekly_volatility(asset: AssetSnapshot) -> float:
    """One week's volatility as a fraction; 3 % where it is unknown."""
    yearly = asset.indicators.get("realised_volatility_20")
    return yearly / math.sqrt(WEEKS_A_YEAR) if yearly else 0.03


def pitch(idea: Idea | None, brief: PitchBrief, why_flat: str) -> PitchAnswer:
    """The idea as a pitch; FLAT, with the reason, when there is none."""
    if idea is None:
        return _flat(brief, why_flat)
    stop = round(-max(STOP_VOLATILITIES * weekly_volatility(idea.asset), 0.01), 4)
    return PitchAnswer(
        instrument=idea.asset.symbol,
        direction=idea.direction,
        horizon=idea.horizon,
        thesis_bullets=idea.bullets[:5],
        consensus_map=PackAgreement(
            gemini_research=agreement(idea, brief.pack_a),
            perplexity_research=agreement(idea, brief.pack_b),
        ),
        indicators=idea.signs,
        invalidation=_invalidation(idea, stop),
        invalidation_rules=_rules(idea, stop),
        conviction=idea.strength,
        position_size_hint=round(min(abs(idea.strength) / 2, 1.0), 2),
        risk_notes=idea.risk,
    )


def agreement(idea: Idea, outcome: ResearchOutcome) -> Agreement | None:
    """What a pack says of the same instrument; its risk mode where it names no such candidate."""
    if outcome.pack is None:
        return None
    wanted = Bias.BULLISH if idea.strength > 0 else Bias.BEARISH
    biases = [
        candidate.directional_bias
        for candidate in outcome.pack.tradable_candidates
        if candidate.instrument == idea.asset.symbol
    ]
    if not biases or Bias.NEUTRAL in biases:
        return Agreement.MIXED
    return Agreement.AGREE if biases[0] is wanted else Agreement.DISAGREE


def _rules(idea: Idea, stop: float) -> tuple[InvalidationRule, ...]:
    rules = [
        InvalidationRule(
            operand=LiveOperand.RETURN_SINCE_ENTRY, comparison=Comparison.BELOW, threshold=stop
        )
    ]
    if idea.level is not None:
        side = Comparison.BELOW if idea.strength > 0 else Comparison.ABOVE
        rules.append(InvalidationRule(operand=LiveOperand.PRICE, comparison=side, level=idea.level))
    return tuple(rules)


def _invalidation(idea: Idea, stop: float) -> str:
    text = f"a loss of {-stop:.1%} since entry ({STOP_VOLATILITIES:g} weekly volatilities)"
    if idea.level is None:
        return text
    side = "below" if idea.strength > 0 else "above"
    return f"{text}, or a price {side} the frozen {idea.level}"


def _flat(brief: PitchBrief, why: str) -> PitchAnswer:
    missing = brief.pack_a.pack is None, brief.pack_b.pack is None
    return PitchAnswer(
        instrument=None,
        direction=Direction.FLAT,
        horizon=Horizon.WEEK,
        thesis_bullets=(why,),
        consensus_map=PackAgreement(
            gemini_research=None if missing[0] else Agreement.MIXED,
            perplexity_research=None if missing[1] else Agreement.MIXED,
        ),
        indicators=(),
        invalidation="nothing is held, so nothing can be invalidated",
        invalidation_rules=(),
        conviction=0.0,
        position_size_hint=0.0,
        risk_notes="The risk of standing aside is a move without us.",
    )


Strategy = Callable[[PitchBrief], PitchAnswer]
Assets = Sequence[AssetSnapshot]
