"""The seven scores of a rules review: each a documented formula over the pitch and the snapshot.

Every formula gives a share from 0 to 1, and a score is 1 + 9 x share, rounded. None is constant and
none is random: a better pitch scores higher.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from core.schemas.briefs import AnonymousPitch
from core.schemas.review import ReviewScores
from core.types import Direction, Horizon
from providers.llm.rules.evidence import covers, decisiveness, soundness
from providers.llm.rules.exits import loss_at_exit, nearest_exit
from providers.llm.rules.idea import weekly_volatility
from providers.llm.rules.sight import Sight, strongest_evidence
from providers.llm.rules.wording import FIGURE, density, quoted, readable

QUIET_VOLATILITY = 0.15
"""Assumed where volatility is unknown and only its score is at stake."""
ENOUGH_RULES, ENOUGH_SIGNS, ENOUGH_BULLETS, ENOUGH_OWN = 3, 4, 4, 2
ENDLESS = 0.8
"""What is left of the clarity of a pitch that does not say in figures when it is wrong."""
BUSY_VOLUME = 1.75
"""Of the usual volume: more adds nothing to how easily something trades."""
WORTH_A_MOVE = 0.02
"""A weekly volatility from which costs of some basis points no longer matter."""


def clarity(sight: Sight) -> float:
    """Figures among the words 0.45, frozen indicators that the bullets quote, up to four, 0.2.

    0.25 for quoting what the lens reads (two columns are full), 0.05 each for readable lengths and
    four bullets; all of it × 0.8 without a figure or level in the invalidation.
    """
    pitch, bullets = sight.pitch, sight.pitch.thesis_bullets
    columns = quoted(pitch)
    own = len(set(columns) & set(sight.lens.reads))
    said = 0.2 * min(len(columns) / ENOUGH_SIGNS, 1.0) + 0.25 * min(own / ENOUGH_OWN, 1.0)
    form = 0.05 * readable(bullets) + 0.05 * min(len(bullets) / ENOUGH_BULLETS, 1.0)
    ends = bool(FIGURE.search(pitch.invalidation)) or "sma_" in pitch.invalidation
    return (0.45 * density(bullets) + said + form) * (1.0 if ends else ENDLESS)


def edge_plausibility(sight: Sight) -> float:
    """The lens' evidence for the side; high conviction against the evidence costs more.

    Standing aside is the more plausible the less the lens sees anywhere.
    """
    if sight.flat:
        return 0.8 - 0.6 * strongest_evidence(sight)
    support = sight.support
    bold = abs(sight.pitch.conviction) / 2
    return 0.5 + 0.5 * support * (1.0 if support > 0 else 0.6 + 0.4 * bold)


def timing_catalyst(sight: Sight) -> float:
    """What the lens makes of the last five sessions, and a horizon that fits: short when stretched."""
    if sight.flat or sight.asset is None:
        return 0.4
    stretched = abs(sight.asset.indicators.get("zscore_return_20d") or 0.0) > 1.25
    short = sight.pitch.horizon is not Horizon.WEEK
    begun = max(-1.0, min(1.0, sight.push)) * sight.lens.chases
    return 0.4 + 0.35 * begun + (0.25 if stretched is short else 0.0)


def risk_definition(sight: Sight) -> float:
    """Typed rules, up to three, 0.25; how near the first exit is to the lens' choice 0.4; its cost 0.35.

    The cost is the loss at that exit as a share of equity, against the lens' budget.
    """
    if sight.flat:
        return 0.5
    typed = min(len(sight.pitch.invalidation_rules), ENOUGH_RULES) / ENOUGH_RULES
    cost = loss_at_exit(sight)
    cheap = 0.0 if cost is None else max(0.0, 1.0 - cost / (2 * sight.lens.budget))
    return 0.25 * typed + 0.4 * exit_quality(sight) + 0.35 * cheap


def exit_quality(sight: Sight) -> float:
    """1 at the lens' own distance, less by the doublings it is nearer or further; 0 without an exit."""
    near = nearest_exit(sight)
    if near is None or near <= 0:
        return 0.0
    return max(0.0, 1.0 - abs(math.log2(near / sight.lens.stop)) / 1.5)


def indicator_integrity(sight: Sight) -> float:
    """What is true of the indicators, times how much they say.

    True: the share that is the snapshot's and on its stated side. They say 0.3 by themselves, 0.4
    by how far beyond their thresholds they are, 0.1 by their number (four), 0.2 when one of them is
    what the lens reads. Nothing stated is nothing to check.
    """
    signs = sight.pitch.indicators
    if not signs:
        return 0.4 if sight.flat else 0.0
    good = sum(soundness(sight, one) for one in signs) / len(signs)
    clear = sum(decisiveness(sight, one) for one in signs) / len(signs)
    enough = min(len(signs), ENOUGH_SIGNS) / ENOUGH_SIGNS
    return good * (0.3 + 0.4 * clear + 0.1 * enough + 0.2 * covers(sight))


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
    """Volume 0.4, calm 0.35, room to earn 0.15, no defect 0.1; 0 without a price or a borrow.

    Calm is how far volatility is under what the lens can hold, room how far a week's is above costs.
    """
    if sight.flat:
        return 0.4
    if sight.asset is None or (
        sight.pitch.direction is Direction.SHORT and not sight.asset.shortable
    ):
        return 0.0
    volume = sight.asset.indicators.get("relative_volume_20")
    volatility = sight.asset.indicators.get("realised_volatility_20") or QUIET_VOLATILITY
    busy = 0.5 if volume is None else min(volume / BUSY_VOLUME, 1.0)
    calm = max(0.0, 1.0 - volatility / sight.lens.wild)
    room = min(weekly_volatility(sight.asset) / WORTH_A_MOVE, 1.0)
    return 0.4 * busy + 0.35 * calm + 0.15 * room + 0.1 * (not sight.asset.defects)


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
