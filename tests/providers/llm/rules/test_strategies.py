"""Each strategy follows its own source, states true numbers, and stands aside when it knows too little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.pitch_check import pitch_faults
from core.schemas.pitch import LiveOperand
from core.types import Direction, Horizon
from providers.llm.rules import STRATEGIES
from tests.fakes.snapshots import (
    CLASSES,
    QUIET,
    UNSHORTABLE,
    asset,
    pitch_brief,
    scrambled,
    snapshot,
)

CALM = {"realised_volatility_20": 0.10, "drawdown_252": 0.0}
RISEN = {"return_60d": 0.15, "return_20d": 0.06, "distance_sma_200": 0.10, "distance_sma_50": 0.04}
FALLEN = {name: -value for name, value in RISEN.items()}


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
