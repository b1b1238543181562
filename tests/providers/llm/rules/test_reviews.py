"""Scores move in the right direction when a pitch gets better or worse on their dimension."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand, PitchIndicator
from core.schemas.review import SCORE_NAMES
from core.types import Direction, Horizon
from providers.llm.rules import STRATEGIES
from providers.llm.rules.reviewing import review
from tests.fakes.snapshots import (
    anonymous,
    asset,
    pitch_brief,
    real_snapshot,
    review_brief,
    snapshot,
)

LENSES = tuple(STRATEGIES)
RISEN = {
    "return_60d": 0.15,
    "return_20d": 0.06,
    "return_5d": 0.01,
    "distance_sma_200": 0.10,
    "distance_sma_50": 0.04,
    "sma_50": 96.0,
}
MARKET = snapshot(
    asset("SPY", realised_volatility_20=0.10),
    asset("GLD", **RISEN),
    asset("HYG"),
    asset("IEF"),
    asset("LQD"),
)
PITCH = STRATEGIES["rules/trend"](pitch_brief(MARKET))


def stop(threshold):
    return InvalidationRule(
        operand=LiveOperand.RETURN_SINCE_ENTRY, comparison=Comparison.BELOW, threshold=threshold
    )


def scores(lens="rules/trend", market=MARKET, others=(), **changes):
    shown = anonymous("Pitch A", PITCH, **changes)
    sheet = review(lens, review_brief(market, shown, *others))
    return sheet.reviews[0].scores.by_name()


def with_gld(**changes):
    """The market with GLD's indicators changed."""
    gld = asset("GLD", **{**RISEN, **changes})
    kept = tuple(one for one in MARKET.assets if one.symbol != "GLD")
    return MARKET.model_copy(update={"assets": (*kept, gld)})


@pytest.mark.parametrize("lens", LENSES)
def test_vague_bullets_cost_clarity(lens):
    vague = scores(lens, thesis_bullets=("Gold looks good to us here.", "We like the chart a lot."))
    half = scores(
        lens, thesis_bullets=("Gold rose 15.0% in a quarter.", "We like the chart a lot.")
    )
    assert vague["clarity"] < half["clarity"] < scores(lens)["clarity"]


@pytest.mark.parametrize("lens", LENSES)
def test_the_side_against_the_evidence_is_less_plausible(lens):
    market = EVIDENCE_FOR_GLD[lens]
    with_it = scores(lens, market)
    against = scores(lens, market, direction=Direction.SHORT, conviction=-PITCH.conviction)
    assert against["edge_plausibility"] < 5 < with_it["edge_plausibility"]


EVIDENCE_FOR_GLD = {
    "rules/trend": MARKET,
    "rules/mean-reversion": with_gld(zscore_return_20d=-2.0),
    "rules/risk-parity": MARKET,
    "rules/carry": snapshot(
        asset("SPY", realised_volatility_20=0.5, drawdown_252=-0.2),
        asset("HYG", return_20d=-0.05),
        asset("IEF", return_20d=0.02),
        asset("GLD", **RISEN),
    ),
}


def test_more_conviction_against_the_evidence_costs_more():
    def plausible(conviction):
        short = {"direction": Direction.SHORT, "conviction": conviction}
        return scores(market=with_gld(return_60d=0.08), **short)["edge_plausibility"]

    assert plausible(-2.0) < plausible(-0.3)


def test_standing_aside_is_plausible_only_while_nothing_stands_out():
    flat = {"instrument": None, "direction": Direction.FLAT, "conviction": 0.0}
    quiet = snapshot(asset("SPY"), asset("GLD"))
    assert scores(**flat)["edge_plausibility"] < scores(market=quiet, **flat)["edge_plausibility"]


def test_a_move_that_has_begun_helps_the_chaser_and_hurts_the_one_who_leans_against_it():
    def timing(lens, week):
        return scores(lens, with_gld(return_5d=week))["timing_catalyst"]

    assert timing("rules/trend", 0.02) > timing("rules/trend", -0.02)
    assert timing("rules/mean-reversion", 0.02) < timing("rules/mean-reversion", -0.02)


@pytest.mark.parametrize("lens", LENSES)
def test_a_stretched_market_wants_a_short_horizon(lens):
    stretched = with_gld(zscore_return_20d=2.0)
    short = scores(lens, stretched, horizon=Horizon.DAY)["timing_catalyst"]
    assert short > scores(lens, stretched, horizon=Horizon.WEEK)["timing_catalyst"]


@pytest.mark.parametrize("lens", LENSES)
def test_missing_tight_and_distant_stops_define_less_risk(lens):
    good = scores(lens)["risk_definition"]
    for worse in ((), (stop(-0.0005),), (stop(-0.6),)):
        assert scores(lens, invalidation_rules=worse)["risk_definition"] < good
    assert scores(lens, invalidation_rules=())["risk_definition"] == 1


def test_the_same_stop_costs_more_at_a_higher_conviction():
    low = scores("rules/risk-parity", conviction=0.3)["risk_definition"]
    assert scores("rules/risk-parity", conviction=2.0)["risk_definition"] < low


@pytest.mark.parametrize("lens", LENSES)
def test_untrue_indicators_cost_integrity_in_proportion(lens):
    first, *rest = PITCH.indicators
    one_wrong = (first.model_copy(update={"value": first.value * 1.5}), *rest)
    all_wrong = tuple(one.model_copy(update={"value": one.value + 1}) for one in PITCH.indicators)
    some = scores(lens, indicators=one_wrong)["indicator_integrity"]
    assert scores(lens, indicators=all_wrong)["indicator_integrity"] == 1
    assert 1 < some < scores(lens)["indicator_integrity"]
    assert scores(lens, indicators=())["indicator_integrity"] == 1


def test_a_true_value_on_the_wrong_side_of_its_threshold_counts_half():
    wrong_side = PitchIndicator(
        name="return_60d", value=0.15, threshold=0.0, direction=Comparison.BELOW
    )
    right = wrong_side.model_copy(update={"direction": Comparison.ABOVE})
    half = scores(indicators=(wrong_side,))["indicator_integrity"]
    assert 1 < half < scores(indicators=(right,))["indicator_integrity"]


@pytest.mark.parametrize("lens", LENSES)
def test_what_others_pitch_too_is_less_original(lens):
    same = anonymous("Pitch B", PITCH)
    related = anonymous("Pitch B", PITCH, instrument="IEF")
    contrary = anonymous(
        "Pitch B", PITCH, instrument="HYG", direction=Direction.SHORT, conviction=-1.0
    )
    grades = [scores(lens, others=[one])["originality"] for one in (same, related, contrary)]
    assert grades == sorted(set(grades))


@pytest.mark.parametrize("lens", LENSES)
def test_wild_thin_or_defective_assets_are_harder_to_trade(lens):
    good = scores(lens)["tradeability"]
    wild = with_gld(realised_volatility_20=0.55, relative_volume_20=0.2)
    assert scores(lens, wild)["tradeability"] < good
    unshortable = {"instrument": "LQD", "direction": Direction.SHORT, "conviction": -1.0}
    assert scores(lens, **unshortable)["tradeability"] == 1
    assert scores(lens, instrument="XYZ")["tradeability"] == 1


def test_a_named_defect_costs_tradeability():
    gld = MARKET.asset("GLD").model_copy(update={"defects": ("stale", "missing_session")})
    kept = tuple(one for one in MARKET.assets if one.symbol != "GLD")
    spoilt = MARKET.model_copy(update={"assets": (*kept, gld)})
    assert scores(market=spoilt)["tradeability"] < scores()["tradeability"]


def test_reviewers_of_one_pitch_do_not_agree_by_construction():
    grades = {tuple(scores(lens).values()) for lens in LENSES}
    assert len(grades) == len(LENSES)


def test_over_real_weeks_no_score_is_constant_and_the_same_brief_scores_the_same():
    seen = {name: set() for name in SCORE_NAMES}
    for step in range(30):
        brief = real_review(date(2015, 9, 2) + timedelta(weeks=9 * step))
        for lens in LENSES:
            sheet = review(lens, brief)
            assert sheet == review(lens, brief)
            for one in sheet.reviews:
                for name, score in one.scores.by_name().items():
                    seen[name].add(score)
    assert all(len(values) >= 3 for values in seen.values()), seen


def real_review(day):
    market = real_snapshot(day)
    pitches = [strategy(pitch_brief(market)) for strategy in STRATEGIES.values()]
    shown = [anonymous(f"Pitch {'ABCD'[place]}", one) for place, one in enumerate(pitches)]
    return review_brief(market, *shown)


def test_each_pitch_shown_is_reviewed_once_in_the_order_shown():
    labels = ("Pitch C", "Pitch A", "Pitch B")
    brief = review_brief(MARKET, *(anonymous(label, PITCH) for label in labels))
    reviewed = tuple(one.anonymized_pitch_id for one in review("rules/carry", brief).reviews)
    assert reviewed == labels


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"thesis_bullets": ("We like gold a lot here.", "So do all our friends.")}, "2 of 2"),
        ({"invalidation_rules": ()}, "no stop in 0 rules"),
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
