"""Scores move in the right direction when a pitch gets better or worse on their dimension."""

from __future__ import annotations

import pytest

from core.schemas.pitch import Comparison, InvalidationRule, PitchIndicator
from core.types import Direction, Horizon
from providers.llm.rules.lenses import LENSES as LENS
from tests.fakes.reviews import (
    LENSES,
    MARKET,
    PITCH,
    RISEN,
    scores,
    stop,
    with_gld,
)
from tests.fakes.snapshots import (
    anonymous,
    asset,
    snapshot,
)


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
def test_the_nearer_an_exit_is_to_the_lens_own_distance_the_better(lens):
    week, chosen = 0.16 / 52**0.5, LENS[lens].stop
    grades = [
        scores(lens, conviction=0.25, invalidation_rules=(stop(-times * chosen * week),))
        for times in (1, 1.7, 2.6)
    ]
    marks = [grade["risk_definition"] for grade in grades]
    assert marks == sorted(set(marks), reverse=True)


def test_a_frozen_level_within_noise_is_an_exit_too():
    def marked(level):
        rule = InvalidationRule(operand="price", comparison="below", level="sma_50")
        return scores(market=with_gld(sma_50=level), invalidation_rules=(stop(-0.03), rule))

    assert marked(99.9)["risk_definition"] < marked(96.0)["risk_definition"]
    assert marked(101.0)["risk_definition"] < marked(99.0)["risk_definition"]


def test_words_that_leave_out_the_frozen_numbers_are_less_clear():
    quoted = scores(thesis_bullets=("It moved 15.0% in 60 sessions and +6.0% in the last 20.",))
    other = scores(thesis_bullets=("It moved 11.0% in 60 sessions and +3.0% in the last 20.",))
    assert other["clarity"] < quoted["clarity"]


def test_a_thesis_in_the_reviewers_own_terms_is_clearer_to_it():
    said = ("It moved 15.0% in 60 sessions, +6.0% in 20 and stands +10.0% from its mean.",)
    assert (
        scores("rules/trend", thesis_bullets=said)["clarity"]
        > (scores("rules/risk-parity", thesis_bullets=said)["clarity"])
    )


def test_an_invalidation_without_a_figure_is_less_clear():
    vague = scores(invalidation="When the story changes.")
    assert vague["clarity"] < scores()["clarity"]


@pytest.mark.parametrize("lens", LENSES)
def test_indicators_near_their_thresholds_say_less(lens):
    def near(threshold):
        signs = tuple(one.model_copy(update={"threshold": threshold}) for one in PITCH.indicators)
        return scores(lens, indicators=tuple(s for s in signs if s.name == "return_60d"))

    assert near(0.148)["indicator_integrity"] < near(0.0)["indicator_integrity"]


def test_a_reviewer_misses_the_column_it_reads():
    def alone(lens, name):
        signs = tuple(one for one in PITCH.indicators if one.name == name)
        return scores(lens, indicators=signs)["indicator_integrity"]

    assert alone("rules/trend", "return_60d") > alone("rules/risk-parity", "return_60d")


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
