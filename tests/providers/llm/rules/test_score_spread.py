"""Over real years every score spreads and reviewers differ; any market can be scored."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.review import SCORE_NAMES
from providers.llm.rules import STRATEGIES
from providers.llm.rules.reviewing import review
from tests.fakes.reviews import (
    LENSES,
    real_review,
)
from tests.fakes.snapshots import (
    CLASSES,
    anonymous,
    pitch_brief,
    review_brief,
    scrambled,
    snapshot,
)


@given(seed=st.integers(0, 10_000))
def test_any_market_and_pitch_can_be_scored(seed):
    market = snapshot(*(scrambled(symbol, seed) for symbol in CLASSES))
    pitches = [strategy(pitch_brief(market)) for strategy in STRATEGIES.values()]
    brief = review_brief(market, *(anonymous(f"P{n}", one) for n, one in enumerate(pitches)))
    for lens in LENSES:
        assert len(review(lens, brief).reviews) == len(pitches)


def test_the_same_brief_scores_the_same():
    for lens in LENSES:
        assert review(lens, real_review(date(2018, 2, 7))) == review(
            lens, real_review(date(2018, 2, 7))
        )


@cache
def scores_of_a_year(year):
    """Dimension → (score, whether the pitch was a trade), for each review of another's pitch."""
    given = {name: [] for name in SCORE_NAMES}
    for week in range(52):
        for lens in LENSES:
            brief = real_review(date(year, 1, 6) + timedelta(weeks=week), without=lens)
            for pitch, one in zip(brief.pitches, review(lens, brief).reviews, strict=True):
                for name, score in one.scores.by_name().items():
                    given[name].append((score, pitch.instrument is not None))
    return given


@pytest.mark.parametrize("year", [2017, 2020])
@pytest.mark.parametrize("name", SCORE_NAMES)
def test_over_a_real_year_every_dimension_spreads(year, name):
    given = scores_of_a_year(year)[name]
    scores, trades = [score for score, _ in given], [score for score, trade in given if trade]
    assert pstdev(scores) >= 1
    assert pstdev(trades) >= 0.75  # not only because standing aside is scored apart
    for some in (scores, trades):
        assert Counter(some).most_common(1)[0][1] <= 0.6 * len(some)


def test_over_a_real_year_reviewers_give_the_same_pitch_different_scores():
    """On the dimensions where a lens says something, most pitches divide those who review them."""
    divided = Counter()
    for week in range(26):
        brief = real_review(date(2020, 1, 8) + timedelta(weeks=2 * week))
        sheets = [review(lens, brief).reviews for lens in LENSES]
        for one_pitch in zip(*sheets, strict=True):
            for name in SCORE_NAMES:
                divided[name] += len({one.scores.by_name()[name] for one in one_pitch}) > 1
    lens_bound = set(SCORE_NAMES) - {"originality"}
    assert all(divided[name] > 26 * 4 / 2 for name in lens_bound), divided
