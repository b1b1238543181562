"""The seven scores of a rules review: each a documented formula over the pitch and the snapshot.

Every formula gives a share from 0 to 1, and a score is 1 + 9 x share, rounded. None is constant and
none is random: a better pitch scores higher.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.rules.pitch_check import NOISE, TOLERANCE, frozen_value
from core.schemas.briefs import AnonymousPitch
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import Comparison, LiveOperand, PitchIndicator
from core.schemas.review import ReviewScores
from core.types import Direction, Horizon
from providers.llm.rules.idea import weekly_volatility
from providers.llm.rules.lenses import Lens

FIGURE = re.compile(r"[-+]?\d+\.\d+%?|[-+]?\d+%|[-+]\d+")
"""A measured figure: a decimal, a percentage or a signed number, not a count of sessions."""
GOOD_STOP = (0.75, 3.0)
"""A stop this many weekly volatilities away is neither noise nor no stop at all."""
QUIET_VOLATILITY = 0.15
"""Assumed where volatility is unknown and only its score is at stake."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reviewer has before it: a pitch, its asset if it is known, the others shown, its lens."""

    pitch: AnonymousPitch
    asset: AssetSnapshot | None
    others: Sequence[AnonymousPitch]
    snapshot: MarketSnapshot
    lens: Lens

    @property
    def flat(self) -> bool:
        return self.pitch.direction is Direction.FLAT

    @property
    def support(self) -> float:
        """The lens' evidence for the pitched side, −1 to 1; 0 where it knows nothing."""
        evidence = self.lens.evidence(self.asset, self.snapshot) if self.asset else None
        return (evidence or 0.0) * self.pitch.direction.sign

    @property
    def push(self) -> float:
        """The last five sessions toward the pitched side, in weekly volatilities; 0 if unknown."""
        week = self.asset.indicators.get("return_5d") if self.asset else None
        if self.asset is None or week is None:
            return 0.0
        return week * self.pitch.direction.sign / weekly_volatility(self.asset)


def clarity(sight: Sight) -> float:
    """Figures (two a bullet are full marks) 0.6, readable lengths 0.15, enough bullets 0.1.

    The last 0.15 is for a figure or a named level in the invalidation.
    """
    pitch, bullets = sight.pitch, sight.pitch.thesis_bullets
    figures = sum(min(len(FIGURE.findall(bullet)), 2) for bullet in bullets) / (2 * len(bullets))
    readable = sum(20 <= len(bullet) <= 240 for bullet in bullets) / len(bullets)
    ends = bool(FIGURE.search(pitch.invalidation)) or "sma_" in pitch.invalidation
    return 0.6 * figures + 0.15 * readable + 0.1 * min(len(bullets) / 4, 1.0) + 0.15 * ends


def edge_plausibility(sight: Sight) -> float:
    """The lens' evidence for the side; high conviction against the evidence costs more.

    Standing aside is the more plausible the less the lens sees anywhere.
    """
    if sight.flat:
        return 0.8 - 0.6 * strongest_evidence(sight)
    support = sight.support
    bold = abs(sight.pitch.conviction) / 2
    return 0.5 + 0.5 * support * (1.0 if support > 0 else 0.6 + 0.4 * bold)


def strongest_evidence(sight: Sight) -> float:
    """The largest |evidence| the lens finds in the snapshot, 0 to 1; 0.5 where it knows nothing."""
    seen = [sight.lens.evidence(asset, sight.snapshot) for asset in sight.snapshot.assets]
    return max((abs(one) for one in seen if one is not None), default=0.5)


def timing_catalyst(sight: Sight) -> float:
    """What the lens makes of the last five sessions, and a horizon that fits: short when stretched."""
    if sight.flat or sight.asset is None:
        return 0.4
    stretched = abs(sight.asset.indicators.get("zscore_return_20d") or 0.0) > 1.25
    short = sight.pitch.horizon is not Horizon.WEEK
    begun = max(-1.0, min(1.0, sight.push)) * sight.lens.chases
    return 0.45 + 0.3 * begun + (0.25 if stretched is short else 0.05)


def risk_definition(sight: Sight) -> float:
    """Typed rules, up to three, 0.4; a stop at a meaningful distance 0.35; what it may cost 0.25.

    What it may cost is the loss at the stop as a share of equity, against the lens' budget.
    """
    if sight.flat:
        return 0.6
    typed = min(len(sight.pitch.invalidation_rules), 3) / 3
    cost = loss_at_stop(sight)
    cheap = 0.0 if cost is None else max(0.0, 1.0 - cost / (2 * sight.lens.budget))
    return 0.4 * typed + 0.35 * _stop_quality(sight) + 0.25 * cheap


def loss_at_stop(sight: Sight) -> float | None:
    """Share of equity lost when the tightest stop is met: its distance x |conviction| / 2."""
    stop = tightest_stop(sight)
    if stop is None or sight.asset is None:
        return None
    return stop * weekly_volatility(sight.asset) * abs(sight.pitch.conviction) / 2


def tightest_stop(sight: Sight) -> float | None:
    """The nearest loss that ends the pitch, in weekly volatilities; None where no rule names one."""
    if sight.asset is None:
        return None
    week = weekly_volatility(sight.asset)
    stops = [
        -rule.threshold / week
        for rule in sight.pitch.invalidation_rules
        if rule.operand in (LiveOperand.RETURN_SINCE_ENTRY, LiveOperand.DRAWDOWN_SINCE_ENTRY)
        and rule.comparison is Comparison.BELOW
        and rule.threshold is not None
        and rule.threshold < 0
    ]
    return min(stops, default=None)


def _stop_quality(sight: Sight) -> float:
    """1 for a stop within the good range, less the further it is outside, 0 for no stop."""
    stop = tightest_stop(sight)
    if stop is None:
        return 0.3 if any(rule.level for rule in sight.pitch.invalidation_rules) else 0.0
    low, high = GOOD_STOP
    return 1.0 if low <= stop <= high else stop / low if stop < low else high / stop


def indicator_integrity(sight: Sight) -> float:
    """The share of indicators that are the snapshot's and stand on the stated side; few count less."""
    signs = sight.pitch.indicators
    if not signs:
        return 0.5 if sight.flat else 0.0
    good = sum(soundness(sight, one) for one in signs)
    return good / len(signs) * min(1.0, 0.7 + 0.1 * len(signs))


def soundness(sight: Sight, one: PitchIndicator) -> float:
    """1 for a true value on its stated side, 0.5 for a true one on the other, 0 for an untrue one."""
    true = frozen_value(one.name, sight.pitch.instrument, sight.snapshot)
    if not isinstance(true, float) or abs(true - one.value) > max(TOLERANCE * abs(true), NOISE):
        return 0.0
    above = one.direction is Comparison.ABOVE
    holds = one.value > one.threshold if above else one.value < one.threshold
    return 1.0 if holds else 0.5


def originality(sight: Sight) -> float:
    """How few of the other pitches shown trade the same instrument, side or asset class."""
    if not sight.others:
        return 0.5
    return 1.0 - sum(_likeness(sight, other) for other in sight.others) / len(sight.others)


def _likeness(sight: Sight, other: AnonymousPitch) -> float:
    pitch = sight.pitch
    if pitch.instrument == other.instrument:
        return 1.0 if pitch.direction is other.direction else 0.6
    there, here = sight.snapshot.asset(other.instrument or ""), sight.asset
    same = there is not None and here is not None and there.asset_class == here.asset_class
    return 0.4 * same + 0.2 * (pitch.direction is other.direction)


def tradeability(sight: Sight) -> float:
    """A known price without defects, usual volume, a volatility the lens can hold, a borrow."""
    if sight.flat:
        return 0.5
    if sight.asset is None or (
        sight.pitch.direction is Direction.SHORT and not sight.asset.shortable
    ):
        return 0.0
    volume = sight.asset.indicators.get("relative_volume_20")
    volatility = sight.asset.indicators.get("realised_volatility_20") or QUIET_VOLATILITY
    usual = 0.5 if volume is None else min(volume, 1.0)
    calm = max(0.0, 1.0 - volatility / sight.lens.wild)
    return 0.35 + 0.25 * usual + 0.25 * calm + 0.15 * (not sight.asset.defects)


FORMULAS: dict[str, Callable[[Sight], float]] = {
    "clarity": clarity,
    "edge_plausibility": edge_plausibility,
    "timing_catalyst": timing_catalyst,
    "risk_definition": risk_definition,
    "indicator_integrity": indicator_integrity,
    "originality": originality,
    "tradeability": tradeability,
}


def shares(sight: Sight) -> dict[str, float]:
    """Each dimension's share, 0 to 1."""
    return {name: max(0.0, min(1.0, formula(sight))) for name, formula in FORMULAS.items()}


def as_scores(found: dict[str, float]) -> ReviewScores:
    return ReviewScores(**{name: 1 + round(9 * share) for name, share in found.items()})
