"""A strategy's idea: one asset, a signed strength, the numbers behind it, as a pitch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.rules.invalidation import describe
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
from core.types import Direction, Horizon
from providers.llm.rules.consensus import agreement

WEEKS_A_YEAR = 52
MIN_STRENGTH = 0.25
STOP_VOLATILITIES = 1.5
SMALLEST_STOP = 0.01
NOISE_VOLATILITIES = 0.5
"""A level nearer than this many weekly volatilities is crossed by chance."""


@dataclass(frozen=True, slots=True)
class Idea:
    """``strength`` is the conviction (−2 to 2, sign is the side); ``signs`` the frozen evidence.

    ``level`` names a frozen price level whose crossing ends the idea; it is left out where it is
    unknown, crossed already or within half a weekly volatility: chance would end the idea.
    ``give_back`` is how many weekly volatilities it may lose from its best, where that ends it.
    ``horizon_because`` says why it is that long.
    """

    asset: AssetSnapshot
    strength: float
    horizon: Horizon
    horizon_because: str
    bullets: tuple[str, ...]
    signs: tuple[PitchIndicator, ...]
    risk: str
    level: FrozenLevel | None = None
    give_back: float | None = None

    @property
    def direction(self) -> Direction:
        return Direction.LONG if self.strength > 0 else Direction.SHORT


def known(asset: AssetSnapshot, *names: str) -> tuple[float, ...] | None:
    """The values of these indicators; None when one of them is unknown."""
    values = [asset.indicators.get(name) for name in names]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(names) else None


def above(name: str, value: float, threshold: float) -> tuple[PitchIndicator, ...]:
    """Evidence that holds while the value stays above; none at all where it is not above now."""
    return _evidence(name, value, threshold, Comparison.ABOVE)


def below(name: str, value: float, threshold: float) -> tuple[PitchIndicator, ...]:
    """As `above`, the other way."""
    return _evidence(name, value, threshold, Comparison.BELOW)


def beyond(name: str, value: float, threshold: float, side: float) -> tuple[PitchIndicator, ...]:
    """`above` for a positive ``side``, else `below`."""
    return above(name, value, threshold) if side > 0 else below(name, value, threshold)


def _evidence(
    name: str, value: float, threshold: float, side: Comparison
) -> tuple[PitchIndicator, ...]:
    limit = round(threshold, 6)
    holds = value > limit if side is Comparison.ABOVE else value < limit
    if not holds:
        return ()
    return (PitchIndicator(name=name, value=value, threshold=limit, direction=side),)


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
    rules = _rules(idea)
    return PitchAnswer(
        instrument=idea.asset.symbol,
        direction=idea.direction,
        horizon=idea.horizon,
        thesis_bullets=(*idea.bullets, f"Horizon {idea.horizon}: {idea.horizon_because}.")[:5],
        consensus_map=PackAgreement(
            gemini_research=agreement(idea.asset, idea.strength, brief.pack_a),
            perplexity_research=agreement(idea.asset, idea.strength, brief.pack_b),
        ),
        indicators=idea.signs,
        invalidation=f"Any of: {'; '.join(describe(rule) for rule in rules)}.",
        invalidation_rules=rules,
        conviction=idea.strength,
        position_size_hint=round(min(abs(idea.strength) / 2, 1.0), 2),
        risk_notes=idea.risk,
    )


def _rules(idea: Idea) -> tuple[InvalidationRule, ...]:
    """A stop by volatility always; the idea's own level, and a limit on what it may give back."""
    stop = _loss(idea, STOP_VOLATILITIES)
    rules = [_under(LiveOperand.RETURN_SINCE_ENTRY, stop)]
    if idea.give_back is not None:
        rules.append(_under(LiveOperand.DRAWDOWN_SINCE_ENTRY, _loss(idea, idea.give_back)))
    if idea.level is not None and _meaningful(idea, idea.level):
        side = Comparison.BELOW if idea.strength > 0 else Comparison.ABOVE
        rules.append(InvalidationRule(operand=LiveOperand.PRICE, comparison=side, level=idea.level))
    return tuple(rules)


def _meaningful(idea: Idea, level: FrozenLevel) -> bool:
    """Whether the price stands on the idea's side of the level, and further than noise."""
    mean, price = idea.asset.indicators.get(level), float(idea.asset.price)
    if mean is None:
        return False
    away = (price - mean) / price * idea.direction.sign
    return away >= NOISE_VOLATILITIES * weekly_volatility(idea.asset)


def _under(operand: LiveOperand, threshold: float) -> InvalidationRule:
    return InvalidationRule(operand=operand, comparison=Comparison.BELOW, threshold=threshold)


def _loss(idea: Idea, volatilities: float) -> float:
    """That many weekly volatilities as a loss (a negative fraction), at least 1 %."""
    return round(-max(volatilities * weekly_volatility(idea.asset), SMALLEST_STOP), 4)


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
