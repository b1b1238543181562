"""Peer reviews as a table: who gave whom what, how spread, and in which order of preference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from core.schemas.review import PeerReview
from core.types import AccountId

Pair = tuple[AccountId, AccountId]
"""Reviewer, and whose pitch."""


@dataclass(frozen=True, slots=True)
class ReviewCell:
    """One reviewer on one pitch.

    mean    of the seven scores, 1 to 10
    spread  their sample deviation, in points: near 0 says all seven alike
    rank    of the pitch among those this reviewer saw, by mean: 1 is the best, equals share
    """

    mean: float
    spread: float
    rank: float


@dataclass(frozen=True, slots=True)
class PitchVerdict:
    """All reviewers of one pitch: means of their cells; ``spread`` is between their means, points.

    ``spread`` is None with one reviewer.
    """

    reviews: int
    mean: float
    spread: float | None
    rank: float


def review_cells(reviews: Sequence[PeerReview]) -> dict[Pair, ReviewCell]:
    """A cell a review, in the order of the reviews."""
    ranks = _ranks(reviews)
    return {
        _pair(review): ReviewCell(
            mean=review.scores.mean,
            spread=stdev(review.scores.by_name().values()),
            rank=ranks[_pair(review)],
        )
        for review in reviews
    }


def pitch_verdicts(cells: Mapping[Pair, ReviewCell]) -> dict[AccountId, PitchVerdict]:
    """By whose pitch it is, in order of the accounts."""
    found: dict[AccountId, list[ReviewCell]] = defaultdict(list)
    for (_, pitched), cell in cells.items():
        found[pitched].append(cell)
    return {pitched: _verdict(found[pitched]) for pitched in sorted(found)}


def _verdict(cells: Sequence[ReviewCell]) -> PitchVerdict:
    means = [cell.mean for cell in cells]
    return PitchVerdict(
        reviews=len(cells),
        mean=fmean(means),
        spread=stdev(means) if len(means) > 1 else None,
        rank=fmean(cell.rank for cell in cells),
    )


def _ranks(reviews: Sequence[PeerReview]) -> dict[Pair, float]:
    sheets: dict[AccountId, list[PeerReview]] = defaultdict(list)
    for review in reviews:
        sheets[review.reviewer_account_id].append(review)
    return {_pair(review): _rank(review, sheet) for sheet in sheets.values() for review in sheet}


def _rank(review: PeerReview, sheet: Sequence[PeerReview]) -> float:
    """Mid-rank: half of those alike stand before it."""
    means = [other.scores.mean for other in sheet]
    better = sum(mean > review.scores.mean for mean in means)
    alike = sum(mean == review.scores.mean for mean in means)
    return better + (alike + 1) / 2


def _pair(review: PeerReview) -> Pair:
    return review.reviewer_account_id, review.pitch_account_id
