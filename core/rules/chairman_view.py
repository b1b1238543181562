"""Pitches and reviews as the blind chairman sees them: its own labels, its own order, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.keys import Labels
from core.rules.anonymity import ReviewLabels, Scrubber, anonymous_pitch, anonymous_review
from core.schemas.briefs import AnonymousPitch, AnonymousReview
from core.schemas.pitch import Pitch
from core.schemas.review import PeerReview
from core.types import deterministic_id

CHAIRMAN = "chairman"
"""The chairman's name among the viewers of the label map."""


@dataclass(frozen=True, slots=True)
class ChairmanView:
    """``replaced``: author → term → how often it was scrubbed from what the chairman reads."""

    pitches: tuple[AnonymousPitch, ...]
    reviews: tuple[AnonymousReview, ...]
    reviewers: Mapping[str, str]
    replaced: Mapping[str, Mapping[str, int]]


def chairman_view(
    pitches: Iterable[Pitch],
    reviews: Sequence[PeerReview],
    label_map: Labels,
    terms: Sequence[str],
    seed: str,
) -> ChairmanView:
    """Pitches by label, each pitch's reviews by reviewer number; numbers are seeded and random."""
    mine = label_map.get(CHAIRMAN, {})
    by_account: dict[str, Pitch] = {pitch.account_id: pitch for pitch in pitches}
    labels = ReviewLabels(
        pitches={author: label for label, author in mine.items()},
        reviewers=reviewer_numbers(reviews, seed),
        shown=label_map,
    )
    scrubber = Scrubber(terms)
    seen = tuple(
        anonymous_pitch(by_account[author], label, scrubber)
        for label, author in sorted(mine.items())
    )
    judged = (anonymous_review(review, labels, scrubber) for review in reviews)
    ordered = sorted(judged, key=lambda review: (review.label, review.reviewer))
    return ChairmanView(seen, tuple(ordered), labels.reviewers, scrubber.replaced())


def reviewer_numbers(reviews: Iterable[PeerReview], seed: str) -> dict[str, str]:
    """Reviewer's account → ``Reviewer 1`` …, in an order that says nothing about the seats."""
    accounts = {review.reviewer_account_id for review in reviews}
    order = sorted(accounts, key=lambda account: deterministic_id("reviewers", seed, account))
    return {account: f"Reviewer {number}" for number, account in enumerate(order, 1)}
