"""What reviewers had warned of, and whether it came true: in dollars, and at the price they named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from core.rules.flip_conditions import came_true, read_condition
from core.rules.week_prices import SessionPrices
from core.schemas.pitch import Pitch
from core.schemas.postmortem_scores import Outcome, WarningScore
from core.schemas.review import PeerReview
from core.types import AccountId

WARNS_AT = 4
"""A score of 1 to 10 at or below which a review counts as a warning."""


def warning_scores(
    reviews: Sequence[PeerReview],
    pitches: Sequence[Pitch],
    pnl: Mapping[AccountId, Decimal],
    prices: Sequence[SessionPrices],
) -> Iterator[WarningScore]:
    """Every review again; ``pnl`` is each account's result of the week, USD."""
    instruments = {pitch.account_id: pitch.instrument for pitch in pitches}
    for review in reviews:
        scores = review.scores.by_name()
        lowest = min(scores.values())
        result = pnl.get(review.pitch_account_id)
        instrument = instruments.get(review.pitch_account_id)
        condition = read_condition(review.one_flip_condition, instrument)
        outcome, session = came_true(condition, prices) if condition else (Outcome.UNDECIDED, None)
        yield WarningScore(
            review_id=review.review_id,
            reviewer_account_id=review.reviewer_account_id,
            pitch_account_id=review.pitch_account_id,
            mean=review.scores.mean,
            lowest=lowest,
            lowest_names=tuple(name for name, score in scores.items() if score == lowest),
            warned=lowest <= WARNS_AT,
            pnl=result,
            lost=_lost(result),
            flip=str(condition) if condition else None,
            came_true=outcome,
            met_on=session,
        )


def _lost(result: Decimal | None) -> Outcome:
    """An account that made exactly nothing held nothing: neither for nor against a warning."""
    if not result:
        return Outcome.UNDECIDED
    return Outcome.YES if result < 0 else Outcome.NO


def best_counter(warnings: Sequence[WarningScore], pitch_of: AccountId) -> WarningScore | None:
    """The counter-argument that counts: that of the pitch's harshest reviewer, the first of equals."""
    of_pitch = [one for one in warnings if one.pitch_account_id == pitch_of]
    return min(of_pitch, key=lambda one: (one.mean, one.reviewer_account_id), default=None)
