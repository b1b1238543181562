"""What reviewers write, and in which order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.types import Direction
from providers.llm.rules.reviewing import review
from tests.fakes.reviews import (
    LENSES,
    MARKET,
    PITCH,
    real_review,
    stop,
    with_gld,
)
from tests.fakes.snapshots import (
    anonymous,
    review_brief,
)


def test_each_pitch_shown_is_reviewed_once_in_the_order_shown():
    labels = ("Pitch C", "Pitch A", "Pitch B")
    brief = review_brief(MARKET, *(anonymous(label, PITCH) for label in labels))
    reviewed = tuple(one.anonymized_pitch_id for one in review("rules/carry", brief).reviews)
    assert reviewed == labels


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"thesis_bullets": ("We like gold a lot here.", "So do all our friends.")}, "2 of 2"),
        (
            {"thesis_bullets": ("Gold rose by 44%.",), "invalidation": "When it changes."},
            "1 bullets state 0 of the frozen indicators",
        ),
        ({"invalidation_rules": ()}, "no stop in 0 rules"),
        ({"invalidation_rules": (stop(-0.0005),)}, "an exit 0.02 weekly volatilities away"),
        ({"indicators": ()}, "No indicator is stated"),
        ({"direction": Direction.SHORT, "conviction": -2.0}, "SHORT GLD is -0."),
    ],
)
def test_the_argument_against_names_the_pitchs_own_weakness(changes, said):
    sheet = review("rules/trend", review_brief(MARKET, anonymous("Pitch A", PITCH, **changes)))
    assert said in sheet.reviews[0].best_argument_against


def test_every_remark_carries_a_number_of_this_pitch():
    for step in range(10):
        for lens in LENSES:
            for one in review(
                lens, real_review(date(2016, 1, 6) + timedelta(weeks=8 * step))
            ).reviews:
                assert any(char.isdigit() for char in one.one_flip_condition)
                assert one.best_argument_against != one.suggested_fix
                assert "rules/" not in one.model_dump_json()


def test_the_flip_condition_is_a_price_on_the_other_side():
    held = review("rules/trend", review_brief(MARKET, anonymous("Pitch A", PITCH))).reviews[0]
    assert held.one_flip_condition == "A close of GLD below 96.00, its 50-session mean."
    above = with_gld(sma_50=104.0)
    crossed = review("rules/trend", review_brief(above, anonymous("Pitch A", PITCH))).reviews[0]
    assert (
        crossed.one_flip_condition == "A close of GLD below 97.78, a weekly volatility from here."
    )
