"""The seven scores of a rules review: each a documented formula over the pitch and the snapshot.

Every formula gives a share from 0 to 1, and a score is 1 + 9 x share, rounded. None is constant and
none is random: a better pitch scores higher.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.rules.pitch_check import frozen_value
from core.schemas.briefs import AnonymousPitch
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import Comparison, LiveOperand
from core.schemas.review import ReviewScores
from core.types import Direction, Horizon
from providers.llm.rules.idea import weekly_volatility
from providers.llm.rules.lenses import Lens

NUMBER = re.compile(r"\d")
TOLERANCE = 0.01
GOOD_STOP = (0.75, 3.0)
"""A stop this many weekly volatilities away is neither noise nor no stop at all."""
WILD_VOLATILITY = 0.60


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
        evidence = self.lens(self.asset, self.snapshot) if self.asset else None
        return (evidence or 0.0) * self.pitch.direction.sign


def clarity(sight: Sight) -> float:
    """Bullets with a number, of a readable length, and enough of them."""
    bullets = sight.pitch.thesis_bullets
    numbered = sum(bool(NUMBER.search(bullet)) for bullet in bullets) / len(bullets)
    readable = sum(20 <= len(bullet) <= 240 for bullet in bullets) / len(bullets)
    return 0.5 * numbered + 0.3 * readable + 0.2 * min(len(bullets) / 3, 1.0)


def edge_plausibility(sight: Sight) -> float:
    """The lens' evidence for the side; high conviction against the evidence costs more."""
    if sight.flat:
        return 0.45
    support = sight.support
    bold = abs(sight.pitch.conviction) / 2
    return 0.5 + 0.5 * support * (1.0 if support > 0 else 0.6 + 0.4 * bold)


def timing_catalyst(sight: Sight) -> float:
    """The last five sessions in weekly volatilities on the pitched side, and a horizon that fits."""
    if sight.flat or sight.asset is None:
        return 0.4
    week = sight.asset.indicators.get("return_5d") or 0.0
    push = week * sight.pitch.direction.sign / weekly_volatility(sight.asset)
    stretched = abs(sight.asset.indicators.get("zscore_return_20d") or 0.0) > 1.25
    short = sight.pitch.horizon is not Horizon.WEEK
    return 0.45 + 0.3 * max(-1.0, min(1.0, push)) + (0.25 if stretched is short else 0.05)


def risk_definition(sight: Sight) -> float:
    """Typed rules, up to three, and a stop at a distance that means something."""
    if sight.flat:
        return 0.6
    typed = min(len(sight.pitch.invalidation_rules), 3) / 3
    return 0.5 * typed + 0.5 * _stop_quality(sight)


def _stop_quality(sight: Sight) -> float:
    """1 for a stop within the good range, less the further it is outside, 0 for no stop."""
    if sight.asset is None:
        return 0.0
    week = weekly_volatility(sight.asset)
    stops = [
        -rule.threshold / week
        for rule in sight.pitch.invalidation_rules
        if rule.operand is not LiveOperand.PRICE
        and rule.comparison is Comparison.BELOW
        and rule.threshold is not None
        and rule.threshold < 0
    ]
    if not stops:
        return 0.3 if any(rule.level for rule in sight.pitch.invalidation_rules) else 0.0
    low, high = GOOD_STOP
    stop = min(stops)
    return 1.0 if low <= stop <= high else max(0.0, stop / low if stop < low else high / stop)


def indicator_integrity(sight: Sight) -> float:
    """The share of indicators whose stated value is the snapshot's and stands on the stated side."""
    signs = sight.pitch.indicators
    if not signs:
        return 0.5 if sight.flat else 0.0
    good = 0.0
    for one in signs:
        true = frozen_value(one.name, sight.pitch.instrument, sight.snapshot)
        if not isinstance(true, float) or abs(true - one.value) > TOLERANCE * max(abs(true), 1e-4):
            continue
        above = one.direction is Comparison.ABOVE
        good += 1.0 if (one.value > one.threshold) == above else 0.5
    return good / len(signs) * min(1.0, 0.7 + 0.1 * len(signs))


def originality(sight: Sight) -> float:
    """How few of the other pitches shown trade the same instrument, side or asset class."""
    if not sight.others:
        return 0.5
    return 1.0 - sum(_likeness(sight, other) for other in sight.others) / len(sight.others)


def _likeness(sight: Sight, other: AnonymousPitch) -> float:
    pitch = sight.pitch
    if pitch.instrument == other.instrument:
        return 1.0 if pitch.direction is other.direction else 0.6
    there = sight.snapshot.asset(other.instrument or "")
    classes = {asset.asset_class for asset in (there, sight.asset) if asset is not None}
    same = there is not None and len(classes) == 1
    return 0.4 * same + 0.2 * (pitch.direction is other.direction)


def tradeability(sight: Sight) -> float:
    """A known price without defects, volume at its usual level, volatility one can hold, a borrow."""
    if sight.flat:
        return 0.5
    if sight.asset is None or (
        sight.pitch.direction is Direction.SHORT and not sight.asset.shortable
    ):
        return 0.0
    volume = sight.asset.indicators.get("relative_volume_20")
    volatility = sight.asset.indicators.get("realised_volatility_20") or WILD_VOLATILITY / 2
    usual = 0.5 if volume is None else min(volume, 1.0)
    calm = max(0.0, 1.0 - volatility / WILD_VOLATILITY)
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
