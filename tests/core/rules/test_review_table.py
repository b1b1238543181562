"""Reviews as a table: means, spreads, and each reviewer's own order of preference."""

from __future__ import annotations

from statistics import stdev

import pytest

from core.rules.review_table import pitch_verdicts, review_cells
from core.schemas.review import SCORE_NAMES, ReviewScores
from tests.fakes.week import peer_review


def review(reviewer, reviewed, *scores):
    """Seven scores, the last of those given repeated."""
    seven = [*scores, *[scores[-1]] * (7 - len(scores))]
    given = ReviewScores(**dict(zip(SCORE_NAMES, seven, strict=True)))
    return peer_review(reviewer, reviewed).model_copy(update={"scores": given})


def test_a_cell_has_the_mean_and_the_deviation_of_its_seven_scores():
    cells = review_cells([review(1, 2, 1, 2, 3, 4, 5, 6, 7)])
    cell = cells["acct_1", "acct_2"]
    assert cell.mean == 4
    assert cell.spread == pytest.approx(stdev(range(1, 8)))


def test_seven_equal_scores_have_no_spread():
    assert review_cells([review(1, 2, 5)])["acct_1", "acct_2"].spread == 0


def test_each_reviewer_ranks_what_it_saw_and_equals_share_a_rank():
    cells = review_cells([review(1, 2, 9), review(1, 3, 4), review(1, 4, 4), review(2, 3, 1)])
    assert {key: cell.rank for key, cell in cells.items()} == {
        ("acct_1", "acct_2"): 1.0,
        ("acct_1", "acct_3"): 2.5,
        ("acct_1", "acct_4"): 2.5,
        ("acct_2", "acct_3"): 1.0,
    }


def test_a_verdict_is_over_all_reviewers_and_its_spread_is_their_disagreement():
    cells = review_cells([review(1, 3, 4), review(2, 3, 8), review(1, 2, 9)])
    verdicts = pitch_verdicts(cells)
    assert list(verdicts) == ["acct_2", "acct_3"]
    assert (verdicts["acct_3"].mean, verdicts["acct_3"].reviews) == (6, 2)
    assert verdicts["acct_3"].spread == pytest.approx(stdev([4, 8]))
    assert verdicts["acct_3"].rank == pytest.approx((2 + 1) / 2)
    assert verdicts["acct_2"].spread is None


def test_no_reviews_make_no_table():
    assert review_cells([]) == {}
    assert pitch_verdicts({}) == {}
