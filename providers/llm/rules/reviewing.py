"""A rules review: seven scores by formula, and the weakest of them put into words."""

from __future__ import annotations

from core.schemas.briefs import AnonymousPitch, ReviewBrief
from core.schemas.review import ReviewAnswer, ReviewSheet
from providers.llm.rules.lenses import LENSES
from providers.llm.rules.scores import Sight, as_scores, shares


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
    return ReviewAnswer(
        anonymized_pitch_id=pitch.label,
        scores=as_scores(found),
        best_argument_against=_against(sight, weakest),
        one_flip_condition=_flip(sight),
        suggested_fix=FIXES[weakest],
    )


def _against(sight: Sight, weakest: str) -> str:
    """The lens' own evidence when it speaks against the side, else the weakest dimension."""
    if sight.support < -0.2:
        return (
            f"The evidence this reviewer trusts stands at {sight.support:+.2f} for the pitched side "
            f"of {sight.pitch.instrument}: it speaks against it."
        )
    return REASONS[weakest]


def _flip(sight: Sight) -> str:
    pitch, asset = sight.pitch, sight.asset
    if asset is None or sight.flat:
        return (
            "A 60-session move that the last 20 sessions confirm would make standing aside wrong."
        )
    side = "below" if pitch.direction.sign > 0 else "above"
    level = asset.indicators.get("sma_50")
    if level is None:
        return f"A close of {asset.symbol} {side} {asset.price} with rising volume."
    return f"A close of {asset.symbol} {side} its 50-session mean, now {level:.2f}."


REASONS = {
    "clarity": "Too few of the bullets carry a number that could turn out wrong.",
    "edge_plausibility": "The frozen numbers give this side no edge to speak of.",
    "timing_catalyst": "The last five sessions do not push this way within the stated horizon.",
    "risk_definition": "The invalidation is missing, or so wide or tight that it defines no risk.",
    "indicator_integrity": "Stated values are not the snapshot's, or stand on the wrong side.",
    "originality": "Others at the table pitch the same trade: it adds no view.",
    "tradeability": "Volatility, volume or the borrow make this hard to hold at size.",
}
FIXES = {
    "clarity": "Put one falsifiable number into every bullet.",
    "edge_plausibility": "Name the measured edge, or pitch the other side.",
    "timing_catalyst": "Shorten the horizon, or wait for the move to begin.",
    "risk_definition": "Add a typed stop between one and three weekly volatilities.",
    "indicator_integrity": "Quote the snapshot's values and the side they stand on.",
    "originality": "Say what this pitch sees that the others do not.",
    "tradeability": "Choose the more liquid instrument of the same view.",
}
