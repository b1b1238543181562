"""The breaker's thresholds, exact to the last digit, and streaks over any history of trades."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy import BreakerLimits
from core.rules.breaker import Gauge, halts, handed_back, releases
from core.schemas.breaker import Cause

D = Decimal
LIMITS = BreakerLimits()
money = st.decimals("1", "10000000", places=6)


def causes(found) -> list[Cause]:
    return [reading.cause for reading in found]


@pytest.mark.parametrize(
    ("equity", "halted"), [("80000", False), ("79999.999999", True), ("80000.000001", False)]
)
def test_a_drawdown_of_exactly_twenty_per_cent_does_not_halt_anything_over_it_does(equity, halted):
    gauge = Gauge().with_deposit(D(100_000)).seen_at(D(equity))
    assert causes(halts(gauge, LIMITS)) == ([Cause.DRAWDOWN] if halted else [])


@pytest.mark.parametrize(
    ("equity", "released"), [("85000", False), ("85000.000001", True), ("84999.999999", False)]
)
def test_a_drawdown_of_exactly_fifteen_per_cent_does_not_release(equity, released):
    shadow = Gauge().with_deposit(D(100_000)).seen_at(D(equity))
    assert causes(releases(shadow, LIMITS)) == ([Cause.DRAWDOWN] if released else [])


def test_thresholds_without_an_exact_quotient_are_still_exact():
    """A third of the peak: no decimal says 33.333… per cent, and none is asked."""
    limits = BreakerLimits(drawdown_halt_pct=D("33.3"))
    peak = D(90_000)
    at_limit = peak * (1 - D("0.333"))
    assert not halts(Gauge(equity=at_limit, peak=peak), limits)
    assert halts(Gauge(equity=at_limit - D("1e-9"), peak=peak), limits)


def test_a_halt_says_its_numbers():
    gauge = Gauge(equity=D(75_000), peak=D(100_000), losses=11)
    told = [(one.cause, one.value, one.threshold) for one in halts(gauge, LIMITS)]
    assert told == [(Cause.DRAWDOWN, D(25), D(20)), (Cause.LOSSES, D(11), D(10))]


@pytest.mark.parametrize(("losses", "halted"), [(9, False), (10, True), (11, True)])
def test_ten_losing_trades_in_a_row_halt(losses, halted):
    gauge = Gauge(equity=D(100), peak=D(100)).with_trades([D(-1)] * losses)
    assert causes(halts(gauge, LIMITS)) == ([Cause.LOSSES] if halted else [])


@pytest.mark.parametrize(("pnls", "released"), [([1, 1], 0), ([1, 1, 1], 1), ([1, 1, 0, 1], 0)])
def test_three_wins_in_a_row_release_and_a_trade_for_nothing_is_no_win(pnls, released):
    shadow = Gauge(equity=D(80), peak=D(100)).with_trades(map(D, pnls))
    assert causes(releases(shadow, LIMITS)) == [Cause.LOSSES] * released


@given(st.lists(st.integers(-3, 3), max_size=40))
def test_streaks_are_the_run_at_the_end_of_the_history(pnls):
    gauge = Gauge().with_trades(map(D, pnls))
    text = "".join("l" if one < 0 else "w" if one > 0 else "0" for one in pnls)
    assert gauge.losses == len(text) - len(text.rstrip("l"))
    assert gauge.wins == len(text) - len(text.rstrip("w"))


@given(st.lists(money, min_size=1, max_size=30))
def test_the_peak_is_the_highest_equity_and_the_drawdown_is_from_it(path):
    gauge = Gauge().with_deposit(path[0])
    for equity in path:
        gauge = gauge.seen_at(equity)
        assert bool(halts(gauge, LIMITS)) == (equity * 100 < max(gauge.peak, equity) * 80)
    assert gauge.peak == max(path)
    assert gauge.equity == path[-1]


@given(peak=money, equity=money)
def test_what_halts_is_never_released_at_the_same_moment(peak, equity):
    gauge = Gauge(equity=equity, peak=max(peak, equity))
    assert not (halts(gauge, LIMITS) and releases(gauge, LIMITS))


@given(*(st.decimals("1000", "10000000", places=2) for _ in range(4)))
def test_an_account_handed_back_is_never_halted_at_once_and_never_deeper_than_it_is(a, b, c, d):
    account = Gauge(equity=min(a, b), peak=max(a, b))
    shadow = Gauge(equity=min(c, d), peak=max(c, d))
    if not releases(shadow, LIMITS):
        return
    peak = handed_back(account, shadow)
    assert account.equity <= peak <= account.peak
    assert not halts(Gauge(equity=account.equity, peak=peak), LIMITS)


def test_an_account_that_sat_out_in_cash_goes_on_with_its_shadows_drawdown():
    account = Gauge(equity=D(79_000), peak=D(100_000))
    shadow = Gauge(equity=D(86_000), peak=D(100_000))
    assert handed_back(account, shadow) == D("91860.47")


def test_a_deposit_is_no_gain_and_a_reset_begins_at_equity():
    gauge = Gauge(equity=D(70), peak=D(100), losses=4).with_deposit(D(100))
    assert (gauge.equity, gauge.peak) == (170, 200)
    assert gauge.afresh() == Gauge(equity=D(170), peak=D(170))


def test_a_release_over_the_halt_is_no_policy():
    with pytest.raises(ValueError, match="drawdown_resume_pct must not be over"):
        BreakerLimits(drawdown_halt_pct=D(10))


@given(st.integers(1, 10**6), st.integers(0, 99), st.integers(-(10**6), 10**6))
def test_money_in_or_out_leaves_the_drawdown_as_it_is(peak, fallen, amount):
    gauge = Gauge(equity=D(peak * (100 - fallen)), peak=D(peak * 100), losses=3)
    after = gauge.with_flow(D(amount))
    assert after.equity == gauge.equity + amount
    assert after.losses == 3
    if after.equity > 100:
        assert abs(after.drawdown_pct - gauge.drawdown_pct) < D("0.01")
    else:
        assert after.peak >= max(after.equity, D(0))
