"""Anonymous peer review: seven scores, the best counter-argument, one flip condition, one fix."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from core.schemas.base import Schema, Text
from core.types import AccountId

Score = Annotated[int, Field(ge=1, le=10)]
SCORE_NAMES = (
    "clarity",
    "edge_plausibility",
    "timing_catalyst",
    "risk_definition",
    "indicator_integrity",
    "originality",
    "tradeability",
)


class ReviewScores(Schema):
    clarity: Score
    edge_plausibility: Score
    timing_catalyst: Score
    risk_definition: Score
    indicator_integrity: Score
    originality: Score
    tradeability: Score

    @property
    def mean(self) -> float:
        """The plain mean of the seven scores, 1 to 10."""
        return sum(self.by_name().values()) / len(SCORE_NAMES)

    def by_name(self) -> dict[str, int]:
        return {name: int(getattr(self, name)) for name in SCORE_NAMES}


class ReviewAnswer(Schema):
    """One review as a model writes it, under the label it was shown."""

    anonymized_pitch_id: str
    scores: ReviewScores
    best_argument_against: Text
    one_flip_condition: Text
    suggested_fix: Text


class ReviewSheet(Schema):
    """One reviewer's answer: one review for each pitch it was shown."""

    reviews: tuple[ReviewAnswer, ...]


class PeerReview(ReviewAnswer):
    """A review with what only code knows: whose, of whom, and at which place it was shown (from 1)."""

    review_id: str
    pitch_id: str
    pitch_account_id: AccountId
    reviewer_account_id: AccountId
    reviewer_model: str
    position: int
    timestamp: datetime
