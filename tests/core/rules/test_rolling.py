"""Rolling Sharpe ratios and monthly returns, beside an independent computation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from empyrical import aggregate_returns, roll_sharpe_ratio

from core.rules.rolling import monthly_returns, rolling_sharpe, yearly_returns

DAYS = pd.bdate_range("2020-03-17", periods=500)


@pytest.fixture(scope="module")
def returns():
    return np.random.default_rng(7).normal(0.0004, 0.011, len(DAYS))


@pytest.fixture(scope="module")
def curve(returns):
    return 100_000 * np.concatenate(([1.0], np.cumprod(1 + returns)))


@pytest.mark.parametrize("window", [20, 63, 252])
def test_the_rolling_sharpe_is_the_librarys(returns, window):
    expected = roll_sharpe_ratio(pd.Series(returns, index=DAYS), window=window)
    assert rolling_sharpe(returns, window) == pytest.approx(expected.to_numpy(), abs=1e-9)


def test_fewer_returns_than_the_window_have_no_ratio(returns):
    assert len(rolling_sharpe(returns[:62], 63)) == 0
    assert len(rolling_sharpe(returns[:63], 63)) == 1


def test_a_window_without_variance_is_unknown_not_infinite():
    ratios = rolling_sharpe(np.array([0.001] * 4 + [0.002]), 3)
    assert np.isnan(ratios[:2]).all()
    assert np.isfinite(ratios[2])


def test_months_are_the_librarys_and_so_are_years(returns, curve):
    days, series = DAYS.to_numpy().astype("datetime64[D]"), pd.Series(returns, index=DAYS)
    expected = aggregate_returns(series, "monthly")
    assert monthly_returns(days, curve) == pytest.approx(dict(expected.items()), abs=1e-12)
    yearly = aggregate_returns(series, "yearly")
    assert yearly_returns(days, curve) == pytest.approx(dict(yearly.items()), abs=1e-12)


def test_all_months_together_are_the_whole(curve):
    days = DAYS.to_numpy().astype("datetime64[D]")
    grown = np.prod([1 + value for value in monthly_returns(days, curve).values()])
    assert grown == pytest.approx(curve[-1] / curve[0])


def test_nothing_is_said_of_an_account_without_sessions_or_money():
    assert monthly_returns(np.empty(0, "datetime64[D]"), np.array([1.0])) == {}
    days = DAYS[:2].to_numpy().astype("datetime64[D]")
    assert monthly_returns(days, np.array([1.0, 0.0, 1.0])) == {}
