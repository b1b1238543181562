"""Scores move in the right direction when a pitch gets better or worse on their dimension."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand, PitchIndicator
from core.schemas.review import SCORE_NAMES
from core.types import Direction, Horizon
from providers.llm.rules import STRATEGIES
from providers.llm.rules.lenses import LENSES as LENS
from providers.llm.rules.reviewing import review
from tests.fakes.snapshots import (
    CLASSES,
    anonymous,
    asset,
    pitch_brief,
    real_snapshot,
    review_brief,
    scrambled,
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


@given(seed=st.integers(0, 10_000))
def test_any_market_and_pitch_can_be_scored(seed):
    market = snapshot(*(scrambled(symbol, seed) for symbol in CLASSES))
    pitches = [strategy(pitch_brief(market)) for strategy in STRATEGIES.values()]
    brief = review_brief(market, *(anonymous(f"P{n}", one) for n, one in enumerate(pitches)))
    for lens in LENSES:
        assert len(review(lens, brief).reviews) == len(pitches)


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


def test_the_same_brief_scores_the_same():
    for lens in LENSES:
        assert review(lens, real_review(date(2018, 2, 7))) == review(
            lens, real_review(date(2018, 2, 7))
        )


@cache
def scores_of_a_year(year):
    """Lens → dimension → every score it gave to the three others' pitches, week after week."""
    given = {lens: {name: [] for name in SCORE_NAMES} for lens in LENSES}
    for week in range(52):
        for lens in LENSES:
            brief = real_review(date(year, 1, 6) + timedelta(weeks=week), without=lens)
            for one in review(lens, brief).reviews:
                for name, score in one.scores.by_name().items():
                    given[lens][name].append(score)
    return given


@pytest.mark.parametrize("year", [2017, 2020])
@pytest.mark.parametrize("name", SCORE_NAMES)
def test_over_a_real_year_every_dimension_spreads(year, name):
    scores = [score for lens in LENSES for score in scores_of_a_year(year)[lens][name]]
    assert pstdev(scores) >= 1
    assert Counter(scores).most_common(1)[0][1] <= 0.6 * len(scores)


def test_over_a_real_year_reviewers_give_the_same_pitch_different_scores():
    """On the dimensions where a lens says something, most pitches divide those who review them."""
    divided = Counter()
    for week in range(26):
        brief = real_review(date(2020, 1, 8) + timedelta(weeks=2 * week))
        sheets = [review(lens, brief).reviews for lens in LENSES]
        for one_pitch in zip(*sheets, strict=True):
            for name in SCORE_NAMES:
                divided[name] += len({one.scores.by_name()[name] for one in one_pitch}) > 1
    lens_bound = set(SCORE_NAMES) - {"clarity", "originality"}
    assert all(divided[name] > 26 * 4 / 2 for name in lens_bound), divided


def real_review(day, without=None):
    """The brief of a real week: every strategy's pitch, less the reviewer's own."""
    market = real_snapshot(day)
    shown = [
        anonymous(f"Pitch {'ABCD'[place]}", strategy(pitch_brief(market)))
        for place, (name, strategy) in enumerate(STRATEGIES.items())
        if name != without
    ]
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
