"""Each strategy follows its own source, states true numbers, and stands aside when it knows too little."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.checkpoints import rules_met
from core.rules.pitch_check import pitch_faults
from core.schemas.briefs import CheckpointBrief
from core.schemas.pitch import Agreement, LiveOperand, PitchAnswer
from core.schemas.research import ResearchOutcome, ResearchPack
from core.types import Direction, Horizon
from providers.llm.rules import STRATEGIES
from tests.fakes.snapshots import (
    CLASSES,
    QUIET,
    UNSHORTABLE,
    asset,
    pitch_brief,
    real_snapshot,
    scrambled,
    snapshot,
)
from tests.fakes.week import AS_OF, WEEK, findings

WEDNESDAYS = [date(2015, 8, 5) + timedelta(weeks=2 * step) for step in range(165)]
"""Every second week until November 2021."""
CALM = {"realised_volatility_20": 0.10, "drawdown_252": 0.0}
RISEN = {"return_60d": 0.15, "return_20d": 0.06, "distance_sma_200": 0.10, "distance_sma_50": 0.04}
FALLEN = {name: -value for name, value in RISEN.items()}
MISSING = (
    ResearchOutcome(source="A", missing_because="timed out"),
    ResearchOutcome(source="B", missing_because="timed out"),
)


GRADED = {
    "rules/trend": (
        (asset("GLD", **{**RISEN, "return_60d": 0.10}),),
        (asset("GLD", **RISEN),),
    ),
    "rules/mean-reversion": (
        (asset("SPY", zscore_return_20d=-1.4, rsi_14=35.0),),
        (asset("SPY", zscore_return_20d=-2.4, rsi_14=25.0),),
    ),
    "rules/risk-parity": (
        (asset("SPY"), asset("IEF", realised_volatility_20=0.10, distance_sma_50=0.01)),
        (asset("SPY"), asset("IEF", realised_volatility_20=0.05, distance_sma_50=0.01)),
    ),
    "rules/carry": (
        (asset("SPY", realised_volatility_20=0.13), asset("HYG"), asset("IEF")),
        (asset("SPY", realised_volatility_20=0.06), asset("HYG", return_20d=0.03), asset("IEF")),
    ),
}
"""Weak and strong evidence for the same trade."""


def pitched(name, *assets, pack_a=None):
    return STRATEGIES[name](pitch_brief(snapshot(*assets), pack_a))


def pack(**changes):
    plain = findings(**changes).model_dump()
    made = ResearchPack(**plain, week_id=WEEK, asof_et=AS_OF, research_source="A")
    return ResearchOutcome(source="A", pack=made)


@pytest.mark.parametrize("name", STRATEGIES)
def test_real_weeks_give_pitches_whose_every_number_is_the_snapshots(name):
    for day in WEDNESDAYS:
        brief = pitch_brief(real_snapshot(day))
        answer = STRATEGIES[name](brief)
        assert not pitch_faults(answer, brief.snapshot, (brief.pack_a, brief.pack_b))
        assert PitchAnswer.model_validate_json(answer.model_dump_json()) == answer
        assert STRATEGIES[name](brief) == answer


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_pitch_is_invalidated_by_the_prices_it_was_made_at(name):
    for day in WEDNESDAYS:
        market = real_snapshot(day)
        answer = STRATEGIES[name](pitch_brief(market))
        if answer.instrument is not None:
            assert rules_met(at_entry(answer, market)) == ()


def at_entry(answer, market):
    held = market.asset(answer.instrument)
    levels = {name: value for name, value in held.indicators.items() if value is not None}
    return CheckpointBrief.model_construct(
        price=held.price,
        return_since_entry=0.0,
        drawdown_since_entry=0.0,
        sessions_held=0,
        frozen_levels=levels,
        invalidation_rules=answer.invalidation_rules,
    )


@cache
def history(name):
    """What the strategy pitched on each of the Wednesdays."""
    return [STRATEGIES[name](pitch_brief(real_snapshot(day))) for day in WEDNESDAYS]


def test_four_strategies_see_four_different_things():
    for one, other in combinations(STRATEGIES, 2):
        same = sum(
            (a.instrument, a.direction) == (b.instrument, b.direction)
            for a, b in zip(history(one), history(other), strict=True)
        )
        assert same < len(WEDNESDAYS) / 2, (one, other, same)


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_stands_aside_at_times_and_takes_both_sides(name):
    sides = Counter(answer.direction for answer in history(name))
    assert 0.01 <= sides[Direction.FLAT] / len(WEDNESDAYS) <= 0.60
    assert sides[Direction.LONG] >= 5
    assert sides[Direction.SHORT] >= 3
    assert len({answer.instrument for answer in history(name)}) >= 6


@pytest.mark.parametrize("name", STRATEGIES)
def test_horizons_vary_and_convictions_are_graded(name):
    traded = [answer for answer in history(name) if answer.instrument]
    sizes = Counter(abs(answer.conviction) for answer in traded)
    assert len({answer.horizon for answer in traded}) >= 2
    assert len(sizes) >= len(traded) / 4
    assert sizes.most_common(1)[0][1] < 0.15 * len(traded)
    assert pstdev(sizes.elements()) >= 0.25


@pytest.mark.parametrize("name", STRATEGIES)
def test_any_one_asset_alone_is_enough_or_ends_flat(name):
    market = real_snapshot(WEDNESDAYS[100])
    for symbol in market.symbols:
        alone = market.model_copy(
            update={
                "assets": (market.asset(symbol),),
                "absent": {other: "no bars" for other in market.symbols if other != symbol},
            }
        )
        answer = STRATEGIES[name](pitch_brief(alone))
        assert answer.instrument in (symbol, None)
        assert not pitch_faults(answer, alone, MISSING)


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_absent_or_unknown_is_passed_over_for_the_next_idea(name):
    """Take away the best asset, then each of its numbers: the answer stays sound and true."""
    for day in WEDNESDAYS[::20]:
        market = real_snapshot(day)
        chosen = STRATEGIES[name](pitch_brief(market)).instrument
        kept = tuple(one for one in market.assets if one.symbol != chosen)
        without = market.model_copy(update={"assets": kept, "absent": {chosen or "XYZ": "stale"}})
        answer = STRATEGIES[name](pitch_brief(without))
        assert answer.instrument != chosen or chosen is None
        assert not pitch_faults(answer, without, MISSING)
        for column in QUIET:
            blind = [
                one.model_copy(update={"indicators": {**one.indicators, column: None}})
                for one in market.assets
            ]
            unread = market.model_copy(update={"assets": tuple(blind)})
            assert not pitch_faults(STRATEGIES[name](pitch_brief(unread)), unread, MISSING)


def test_no_pitch_names_a_strategy_or_its_label():
    for day in WEDNESDAYS[:10]:
        for strategy in STRATEGIES.values():
            text = strategy(pitch_brief(real_snapshot(day))).model_dump_json().lower()
            assert "rules/" not in text
            assert "risk-parity" not in text
            assert "mean-reversion" not in text


def test_trend_goes_with_the_move_and_only_when_all_windows_agree():
    up, down = (
        pitched("rules/trend", asset("GLD", **RISEN)),
        pitched("rules/trend", asset("GLD", **FALLEN)),
    )
    assert (up.direction, down.direction) == (Direction.LONG, Direction.SHORT)
    assert up.conviction == -down.conviction > 0
    mixed = {**RISEN, "return_20d": -0.01}
    assert pitched("rules/trend", asset("GLD", **mixed)).direction is Direction.FLAT


def test_a_fading_trend_is_held_shorter_and_with_less_conviction():
    strong = pitched("rules/trend", asset("GLD", **RISEN, macd_histogram=0.3))
    fading = pitched("rules/trend", asset("GLD", **RISEN, macd_histogram=-0.3))
    assert (strong.horizon, fading.horizon) == (Horizon.WEEK, Horizon.THREE_DAYS)
    assert fading.conviction < strong.conviction


def test_mean_reversion_leans_against_the_stretch_but_not_in_a_crash():
    stretched = {"zscore_return_20d": 2.0, "rsi_14": 75.0}
    assert pitched("rules/mean-reversion", asset("SPY", **stretched)).direction is Direction.SHORT
    oversold = {"zscore_return_20d": -2.0, "rsi_14": 25.0}
    assert pitched("rules/mean-reversion", asset("SPY", **oversold)).direction is Direction.LONG
    crash = asset("SPY", **oversold, realised_volatility_20=0.8)
    assert pitched("rules/mean-reversion", crash).direction is Direction.FLAT
    unconfirmed = asset("SPY", zscore_return_20d=-2.0, rsi_14=50.0)
    assert pitched("rules/mean-reversion", unconfirmed).direction is Direction.FLAT


def test_mean_reversion_holds_an_extreme_for_a_day_and_the_rest_for_three():
    far = asset("SPY", zscore_return_20d=-3.0, rsi_14=15.0)
    near = asset("SPY", zscore_return_20d=-1.5, rsi_14=30.0)
    assert pitched("rules/mean-reversion", far).horizon is Horizon.DAY
    assert pitched("rules/mean-reversion", near).horizon is Horizon.THREE_DAYS


def test_risk_parity_prefers_the_calm_diversifier_that_is_not_falling():
    calm = asset("IEF", realised_volatility_20=0.05, correlation_spy_60=-0.3, distance_sma_50=0.01)
    wild = asset("SPY", realised_volatility_20=0.25, correlation_spy_60=1.0, distance_sma_50=0.01)
    assert pitched("rules/risk-parity", wild, calm).instrument == "IEF"
    falling = calm.model_copy(update={"indicators": {**calm.indicators, "distance_sma_50": -0.01}})
    assert pitched("rules/risk-parity", wild, falling).direction is Direction.FLAT


def test_risk_parity_sells_the_heaviest_risk_only_while_it_falls():
    calm = asset("IEF", realised_volatility_20=0.05, correlation_spy_60=-0.3)
    heavy = {"realised_volatility_20": 0.5, "correlation_spy_60": 0.8}
    sold = pitched("rules/risk-parity", calm, asset("BNO", **heavy, distance_sma_50=-0.15))
    assert (sold.instrument, sold.direction) == ("BNO", Direction.SHORT)
    assert sold.horizon is Horizon.THREE_DAYS
    rising = pitched("rules/risk-parity", calm, asset("BNO", **heavy, distance_sma_50=0.15))
    assert rising.direction is Direction.FLAT


@pytest.mark.parametrize("distance", [0.0, 0.005, -0.005])
def test_a_distance_within_noise_says_no_side(distance):
    near = asset("IEF", realised_volatility_20=0.10, distance_sma_50=distance)
    assert pitched("rules/risk-parity", asset("SPY"), near).direction is Direction.FLAT


def test_a_move_within_one_volatility_is_no_trend():
    small = {**RISEN, "return_60d": 0.07}
    assert pitched("rules/trend", asset("GLD", **small)).direction is Direction.FLAT


def test_carry_earns_in_calm_and_flees_in_stress():
    calm = (asset("SPY", **CALM), asset("HYG", return_20d=0.02), asset("IEF"), asset("GLD"))
    assert pitched("rules/carry", *calm).instrument in {"SPY", "HYG"}
    stressed = (
        asset("SPY", realised_volatility_20=0.5, drawdown_252=-0.2),
        asset("HYG", return_20d=-0.05),
        asset("IEF", return_20d=0.02),
    )
    fled = pitched("rules/carry", *stressed)
    assert (fled.instrument, fled.direction) == ("IEF", Direction.LONG)
    assert fled.horizon is Horizon.THREE_DAYS


def test_carry_cannot_tell_the_regime_without_credit():
    answer = pitched("rules/carry", asset("SPY", **CALM), asset("IEF"), asset("GLD"))
    assert answer.direction is Direction.FLAT
    assert "HYG" in answer.thesis_bullets[0]


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_unknown_is_not_used(name):
    unknown = dict.fromkeys(QUIET)
    assets = [asset(symbol, **unknown) for symbol in CLASSES]
    assert pitched(name, *assets).direction is Direction.FLAT
    assert pitched(name).direction is Direction.FLAT


@pytest.mark.parametrize("name", STRATEGIES)
def test_conviction_grows_with_the_evidence(name):
    weak, strong = GRADED[name]
    low, high = pitched(name, *weak), pitched(name, *strong)
    assert 0 < abs(low.conviction) < abs(high.conviction) <= 2


@pytest.mark.parametrize("name", STRATEGIES)
@given(seed=st.integers(0, 10_000))
def test_any_market_gives_a_sound_pitch_and_never_an_unshortable_short(name, seed):
    market = snapshot(*(scrambled(symbol, seed) for symbol in CLASSES))
    brief = pitch_brief(market)
    answer = STRATEGIES[name](brief)
    assert not pitch_faults(answer, market, (brief.pack_a, brief.pack_b))
    assert answer.direction is not Direction.SHORT or answer.instrument not in UNSHORTABLE
    assert answer.consensus_map.gemini_research is None


def test_the_stop_widens_with_volatility_and_carries_a_level_where_it_means_something():
    def stop(volatility):
        risen = {**RISEN, "sma_50": 96.0, "realised_volatility_20": volatility}
        return pitched("rules/trend", asset("GLD", **risen))

    calm, wild = stop(0.10), stop(0.25)
    assert wild.invalidation_rules[0].threshold == pytest.approx(
        2.5 * calm.invalidation_rules[0].threshold, abs=2e-4
    )
    assert calm.invalidation_rules[-1].level == "sma_50"


@pytest.mark.parametrize("mean", [None, 104.0, 100.0, 99.5])
def test_a_level_that_is_unknown_crossed_or_within_noise_ends_nothing(mean):
    answer = pitched("rules/trend", asset("GLD", **{**RISEN, "sma_50": mean}))
    assert answer.direction is Direction.LONG
    assert all(rule.operand is not LiveOperand.PRICE for rule in answer.invalidation_rules)


@pytest.mark.parametrize(
    ("bias", "agreement"),
    [
        ("bullish", Agreement.AGREE),
        ("bearish", Agreement.DISAGREE),
        ("neutral", Agreement.MIXED),
    ],
)
def test_agreement_with_a_pack_follows_its_candidate(bias, agreement):
    candidate = findings().model_dump()["tradable_candidates"][0]
    candidate |= {"instrument": "GLD", "directional_bias": bias}
    answer = pitched(
        "rules/trend", asset("GLD", **RISEN), pack_a=pack(tradable_candidates=[candidate])
    )
    assert answer.consensus_map.gemini_research is agreement
    assert answer.consensus_map.perplexity_research is None


@pytest.mark.parametrize(
    ("symbol", "mode", "agreement"),
    [
        ("QQQ", "risk_on", Agreement.AGREE),
        ("QQQ", "risk_off", Agreement.DISAGREE),
        ("GLD", "risk_off", Agreement.AGREE),
        ("GLD", "mixed", Agreement.MIXED),
    ],
)
def test_without_a_candidate_the_packs_risk_mode_speaks(symbol, mode, agreement):
    regime = findings().model_dump()["macro_regime"] | {"risk_mode": mode}
    answer = pitched("rules/trend", asset(symbol, **RISEN), pack_a=pack(macro_regime=regime))
    assert answer.consensus_map.gemini_research is agreement


def test_an_empty_pack_neither_agrees_nor_is_missing():
    empty = pack(top_narratives=[], tradable_candidates=[], event_calendar_next_7d=[])
    answer = pitched("rules/trend", asset("GLD", **RISEN), pack_a=empty)
    assert answer.consensus_map.gemini_research is Agreement.MIXED
