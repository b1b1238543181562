"""A rules review: seven scores by formula, and the weakest of them put into words."""

from __future__ import annotations

from core.schemas.briefs import AnonymousPitch, ReviewBrief
from core.schemas.review import ReviewAnswer, ReviewSheet
from providers.llm.rules.lenses import LENSES
from providers.llm.rules.remarks import flip_condition, remark
from providers.llm.rules.scores import as_scores, shares
from providers.llm.rules.sight import Sight


def review(name: str, brief: ReviewBrief) -> ReviewSheet:
    """One review of each pitch shown, in the order shown, through the lens of strategy ``name``."""
    return ReviewSheet(reviews=tuple(_review(name, brief, pitch) for pitch in brief.pitches))


def _review(name: str, brief: ReviewBrief, pitch: AnonymousPitch) -> ReviewAnswer:
    sight = Sight(
        pitch=pitch,
        asset=brief.snapshot.asset(pitch.instrument or ""),
        others=[other for other in brief.pitches if other.label != pitch.label],
        snapshot=brief.snapshot,
        lens=LENSES[name],
    )
    found = shares(sight)
    weakest = min(found, key=lambda dimension: (found[dimension], dimension))
    argument, fix = remark(sight, weakest)
    return ReviewAnswer(
        anonymized_pitch_id=pitch.label,
        scores=as_scores(found),
        best_argument_against=argument,
        one_flip_condition=flip_condition(sight),
        suggested_fix=fix,
    )
