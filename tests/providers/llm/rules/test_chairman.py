"""The rules chairman weighs conviction by review, vetoes undefined risk, and prefers FLAT to a coin toss."""

from __future__ import annotations

from datetime import date

import pytest

from core.schemas.briefs import AnonymousReview, ChairmanBrief
from core.schemas.review import SCORE_NAMES, ReviewScores
from core.types import Direction
from providers.llm.rules import STRATEGIES
from providers.llm.rules.chairman import decide
from providers.llm.rules.reviewing import review
from tests.fakes.snapshots import (
    anonymous,
    asset,
    pitch_brief,
    real_snapshot,
    review_brief,
    snapshot,
)

RISEN = {"return_60d": 0.15, "return_20d": 0.06, "distance_sma_200": 0.10}
MARKET = snapshot(asset("SPY"), asset("GLD", **RISEN))
PITCH = STRATEGIES["rules/trend"](pitch_brief(MARKET))


def pitch(label, instrument="GLD", conviction=1.0, **more):
    side = Direction.LONG if conviction > 0 else Direction.SHORT if conviction else Direction.FLAT
    changes = {"instrument": instrument, "conviction": conviction, "direction": side, **more}
    return anonymous(label, PITCH, **changes)


def marks(label, score=7, **more):
    grades = {**dict.fromkeys(SCORE_NAMES, score), **more}
    return AnonymousReview(
        label=label,
        reviewer="Reviewer 1",
        scores=ReviewScores(**grades),
        best_argument_against="none",
        one_flip_condition="none",
        suggested_fix="none",
    )


def decision(pitches, reviews):
    brief = pitch_brief(MARKET)
    return decide(
        ChairmanBrief(
            week_id=brief.week_id,
            as_of=brief.as_of,
            snapshot=MARKET,
            pack_a=brief.pack_a,
            pack_b=brief.pack_b,
            seats=4,
            pitches=tuple(pitches),
            reviews=tuple(reviews),
        )
    )


def test_the_better_reviewed_of_two_equal_convictions_is_chosen():
    chosen = decision([pitch("A"), pitch("B", "SPY")], [marks("A", 4), marks("B", 8)])
    assert chosen.selected_trade.instrument == "SPY"
    assert [one.model for one in chosen.dissent_summary] == ["A"]
    assert "mean review 4.0" in chosen.dissent_summary[0].reason


def test_two_who_agree_outweigh_one_who_is_surer():
    chosen = decision(
        [pitch("A"), pitch("B"), pitch("C", "SPY", 1.5)], [marks(label) for label in "ABC"]
    )
    assert chosen.selected_trade.instrument == "GLD"
    assert 0 < chosen.conviction <= 1.0


@pytest.mark.parametrize("dimension", ["risk_definition", "indicator_integrity"])
def test_a_low_mean_on_risk_or_integrity_vetoes_whatever_the_rest(dimension):
    reviews = [marks("A", 10, **{dimension: 3}), marks("B", 5)]
    chosen = decision([pitch("A", "SPY", 2.0), pitch("B")], reviews)
    assert chosen.selected_trade.instrument == "GLD"
    assert f"A ({dimension})" in chosen.rationale
    assert f"vetoed for {dimension}" in chosen.dissent_summary[0].reason


def test_a_tie_a_weak_field_and_no_reviews_end_flat_and_say_why():
    tie = decision([pitch("A"), pitch("B", "SPY")], [marks("A"), marks("B")])
    weak = decision([pitch("A", conviction=0.3)], [marks("A")])
    unread = decision([pitch("A")], [])
    for flat in (tie, weak, unread):
        assert flat.selected_trade.direction is Direction.FLAT
        assert flat.conviction == 0
        assert flat.dissent_summary
    assert "nearly the same" in tie.rationale
    assert "0.21" in weak.rationale
    assert "A (no review)" in unread.rationale


def test_nothing_pitched_and_nothing_but_flat_pitches_end_flat():
    flat = [pitch("A", None, 0.0), pitch("B", None, 0.0)]
    for pitches in ([], flat):
        chosen = decision(pitches, [marks(one.label) for one in pitches])
        assert chosen.selected_trade.direction is Direction.FLAT
        assert "weighs 0.00" in chosen.rationale
        assert chosen.dissent_summary == ()


@pytest.mark.parametrize(("other", "chosen"), [(0.95, None), (0.92, None), (0.90, "GLD")])
def test_a_lead_of_a_tenth_is_needed(other, chosen):
    found = decision([pitch("A"), pitch("B", "SPY", other)], [marks("A"), marks("B")])
    assert found.selected_trade.instrument == chosen


@pytest.mark.parametrize(("conviction", "direction"), [(0.69, "FLAT"), (0.71, "LONG")])
def test_a_single_pitch_must_weigh_enough(conviction, direction):
    found = decision([pitch("A", conviction=conviction)], [marks("A", 5)])
    assert found.selected_trade.direction == direction


def test_weak_convictions_that_add_up_are_still_too_weak_to_open():
    crowd = [pitch(label, conviction=0.28) for label in "ABC"]
    others = [pitch("D", "SPY", 0.7)]
    chosen = decision([*crowd, *others], [marks(label, 9) for label in "ABC"] + [marks("D", 8)])
    assert chosen.selected_trade.direction is Direction.FLAT
    assert "conviction would be +0.2" in chosen.rationale


def test_the_verdict_is_the_formulas_number():
    chosen = decision(
        [pitch("A", conviction=1.0), pitch("B", conviction=0.5), pitch("C", "SPY", 0.8)],
        [marks("A", 8), marks("B", 6), marks("C", 5)],
    )
    weights = 1.0 * 0.8 + 0.5 * 0.6, 0.8 * 0.5
    share = weights[0] / sum(weights)
    assert chosen.conviction == round(0.75 * (0.5 + 0.5 * share), 2)
    assert chosen.selected_trade.horizon is PITCH.horizon
    assert "led by A with a mean review of 8.0" in chosen.rationale


def test_a_vetoed_pitch_neither_counts_nor_leads_its_own_side():
    reviews = [marks("A", 10, risk_definition=2), marks("B", 6)]
    chosen = decision([pitch("A", conviction=2.0), pitch("B", conviction=0.8)], reviews)
    assert chosen.conviction == 0.8
    assert "1 of 2 pitches stand behind it, led by B" in chosen.rationale


def test_dissent_is_told_by_label_weightiest_first():
    pitches = [pitch("A", conviction=2.0), pitch("B", "SPY", 0.5), pitch("C", "HYG", -0.9)]
    dissent = decision(pitches, [marks(label) for label in "ABC"]).dissent_summary
    assert [(one.model, one.position) for one in dissent] == [
        ("C", "SHORT HYG -0.90"),
        ("B", "LONG SPY +0.50"),
    ]


def test_opposite_sides_of_one_instrument_are_two_trades():
    chosen = decision(
        [pitch("A", conviction=-1.0), pitch("B", conviction=0.5)], [marks("A"), marks("B")]
    )
    assert chosen.selected_trade.direction is Direction.SHORT
    assert chosen.conviction < 0


def test_a_pitch_of_nothing_is_dissent_not_weight():
    chosen = decision(
        [pitch("A"), pitch("B", None, 0.0), pitch("C", None, 0.0)], [marks(one) for one in "ABC"]
    )
    assert chosen.selected_trade.instrument == "GLD"
    assert {one.model for one in chosen.dissent_summary} == {"B", "C"}


def test_the_plan_watches_the_leading_pitchs_own_rules():
    plan = decision([pitch("A")], [marks("A")]).monitoring_plan
    assert plan.key_indicators[0] == "return_60d above 0 (Wednesday: 0.15)"
    assert plan.watch_conditions[0].startswith("return_since_entry below -0.0")


def test_the_longest_pitches_of_a_large_council_still_fit_the_schema():
    labels = [f"P{number}" for number in range(20)]
    pitches = [pitch(label, "SPY", thesis_bullets=("x" * 4_000,)) for label in labels]
    chosen = decision([pitch("A", conviction=2.0), *pitches[1:]], [marks("A", 10), marks("P1")])
    assert len(chosen.dissent_summary) == 12
    assert chosen.dissent_summary[0].model == "P1"


def test_real_weeks_are_decided_among_what_was_pitched():
    for day in (date(2016, 3, 2), date(2018, 12, 19), date(2020, 3, 18), date(2021, 6, 2)):
        market = real_snapshot(day)
        shown = [
            anonymous(f"Pitch {'ABCD'[place]}", strategy(pitch_brief(market)))
            for place, strategy in enumerate(STRATEGIES.values())
        ]
        reviews = [
            AnonymousReview(
                label=one.anonymized_pitch_id,
                reviewer=name,
                **one.model_dump(exclude={"anonymized_pitch_id"}),
            )
            for name in STRATEGIES
            for one in review(name, review_brief(market, *shown)).reviews
        ]
        trade = decision(shown, reviews).selected_trade
        pitched = {(one.instrument, one.direction, one.horizon) for one in shown}
        flat = trade.direction is Direction.FLAT
        assert flat or (trade.instrument, trade.direction, trade.horizon) in pitched
