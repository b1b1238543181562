"""Quorum, and which pitch a decision stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from core.policy import CouncilRules
from core.schemas.decision import SelectedTrade
from core.schemas.pitch import Pitch
from core.schemas.review import PeerReview
from core.types import Direction


def quorum_gap(
    pitches: Sequence[Pitch], reviews: Iterable[PeerReview], rules: CouncilRules
) -> str | None:
    """Why the council may not trade this week, with the numbers; None when it may."""
    counts = Counter(review.pitch_id for review in reviews)
    heard = sum(counts[pitch.idea_id] >= rules.quorum_reviews for pitch in pitches)
    if heard >= rules.quorum_pitches:
        return None
    return (
        f"no quorum: {heard} of {len(pitches)} pitches have at least {rules.quorum_reviews} "
        f"reviews, {rules.quorum_pitches} are needed"
    )


def backing_pitch(
    trade: SelectedTrade, pitches: Iterable[Pitch], reviews: Sequence[PeerReview]
) -> Pitch | None:
    """The best-reviewed pitch of the same trade, earlier seats first when equal; None for FLAT.

    Same trade means instrument, direction and horizon.
    """
    if trade.direction is Direction.FLAT:
        return None
    same = [pitch for pitch in pitches if _trade(pitch) == trade]
    return max(same, key=lambda pitch: mean_score(pitch, reviews), default=None)


def mean_score(pitch: Pitch, reviews: Iterable[PeerReview]) -> float:
    """Mean over its reviews of the mean of seven scores, 1 to 10; 0 when nobody reviewed it."""
    means = [review.scores.mean for review in reviews if review.pitch_id == pitch.idea_id]
    return sum(means) / len(means) if means else 0.0


def trade_fault(trade: SelectedTrade, pitches: Sequence[Pitch]) -> str | None:
    """Why a selected trade was not pitched; None when it was, or is FLAT."""
    if trade.direction is Direction.FLAT:
        return None
    if any(_trade(pitch) == trade for pitch in pitches):
        return None
    pitched = [
        f"{pitch.direction} {pitch.instrument} {pitch.horizon}"
        for pitch in pitches
        if pitch.direction is not Direction.FLAT
    ]
    return (
        f"selected_trade {trade.direction} {trade.instrument} {trade.horizon} was not pitched: "
        f"choose one of {'; '.join(dict.fromkeys(pitched)) or 'none'}, or FLAT"
    )


def _trade(pitch: Pitch) -> SelectedTrade:
    return SelectedTrade(
        instrument=pitch.instrument, direction=pitch.direction, horizon=pitch.horizon
    )
