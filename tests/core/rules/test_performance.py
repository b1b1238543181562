"""Metrics against empyrical on real prices, and guarded where there is nothing to measure."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from core.rules.comparison import MeasuredAccount, compare_council, upside_capture
from core.rules.performance import (
    Performance,
    TradingRecord,
    conviction_volatility,
    hit_rate,
    measure,
)
from core.types import AccountId
from tests.fixture_files import fixture_path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # empyrical's own imports and syntax
    import empyrical

ETFS = "market/universe/etf12_daily_adjusted_2014_2021.parquet"
RATIOS = ("volatility", "sharpe", "sortino", "calmar")


@pytest.fixture(scope="module")
def closes() -> dict[str, np.ndarray]:
    rows = pd.read_parquet(fixture_path(ETFS))
    return {symbol: group["close"].to_numpy(float) for symbol, group in rows.groupby("symbol")}


def curve(*returns: float) -> np.ndarray:
    return 100_000 * np.cumprod([1.0, *(1 + one for one in returns)])


def plain(equity) -> Performance:
    return measure(np.asarray(equity, dtype=float), TradingRecord())


@pytest.mark.parametrize("span", [(0, 1_893), (0, 253), (1_380, 1_480), (1_436, 1_458)])
def test_metrics_agree_with_empyrical_on_real_prices(closes, span):
    for symbol, prices in closes.items():
        equity = prices[slice(*span)]
        returns = pd.Series(equity).pct_change().dropna()
        found = plain(equity)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = {
                "total_return": empyrical.cum_returns_final(returns),
                "volatility": empyrical.annual_volatility(returns),
                "sharpe": empyrical.sharpe_ratio(returns),
                "sortino": empyrical.sortino_ratio(returns),
                "calmar": empyrical.calmar_ratio(returns),
                "max_drawdown": empyrical.max_drawdown(returns),
            }
        for name, value in expected.items():
            assert getattr(found, name) == pytest.approx(value, abs=1e-6), (symbol, name)


def test_upside_capture_agrees_with_empyrical_on_real_prices(closes):
    spy = pd.Series(closes["SPY"]).pct_change().dropna()
    for prices in closes.values():
        returns = pd.Series(prices).pct_change().dropna()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = empyrical.up_capture(returns, spy)
        assert upside_capture(returns.to_numpy(), spy.to_numpy()) == pytest.approx(
            expected, abs=1e-6
        )


def test_fewer_than_20_observations_have_no_ratios_but_plain_facts():
    moves = [0.01, -0.02] * 9 + [0.01]
    found = plain(curve(*moves))
    assert found.observations == 19
    assert all(getattr(found, name) is None for name in RATIOS)
    assert found.total_return == pytest.approx(np.prod([1 + one for one in moves]) - 1)
    assert found.max_drawdown is not None
    assert all(getattr(plain(curve(*moves, 0.01)), name) is not None for name in RATIOS)


def test_a_flat_account_has_no_ratios_rather_than_zero_or_infinity():
    found = plain(curve(*[0.0] * 60))
    assert (found.sharpe, found.sortino, found.calmar) == (None, None, None)
    assert (found.total_pnl, found.total_return, found.max_drawdown) == (0.0, 0.0, 0.0)


def test_constant_gains_have_no_sharpe():
    found = plain(curve(*[0.001] * 60))
    assert (found.sharpe, found.sortino, found.calmar) == (None, None, None)


def test_a_loss_on_the_first_day_counts_as_drawdown():
    assert plain(curve(-0.1, 0.02)).max_drawdown == pytest.approx(-0.1)


def test_one_value_is_an_account_that_has_not_begun():
    found = plain([100_000.0])
    assert (found.observations, found.total_pnl, found.max_drawdown) == (0, 0.0, None)


def test_equity_below_zero_has_no_returns():
    found = plain([100.0] * 25 + [-5.0] + [10.0] * 5)
    assert (found.sharpe, found.max_drawdown) == (None, None)
    assert found.total_pnl == -90.0


@pytest.mark.parametrize("equity", [[], [1.0, np.nan]])
def test_a_curve_that_is_no_curve_is_refused(equity):
    with pytest.raises(ValueError, match="finite"):
        plain(equity)


def test_the_record_of_trades_is_measured():
    record = TradingRecord(
        trade_pnls=(10.0, -5.0, 0.0, 2.0),
        traded_notional=300_000.0,
        conviction_paths=((1.0, 1.5, 0.5), (-2.0, -1.0)),
        panic_exits=2,
    )
    found = measure(np.array([100_000.0, 100_000.0]), record)
    assert found.hit_rate == 0.5
    assert found.closed_trades == 4
    assert found.turnover == 3.0
    assert found.conviction_volatility == pytest.approx(np.std([0.5, -1.0, 1.0], ddof=1))
    assert found.panic_exits == 2


def test_no_trades_have_no_hit_rate_and_one_change_no_volatility():
    assert hit_rate(()) is None
    assert conviction_volatility([[1.0, 2.0], [0.5]]) is None
    assert conviction_volatility([]) is None


def account(*returns: float, pnls=()) -> MeasuredAccount:
    equity = curve(*returns)
    return MeasuredAccount(equity, measure(equity, TradingRecord(trade_pnls=pnls)))


def test_the_council_is_compared_with_the_mean_and_the_best_individual():
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.002, 0.01, 60), rng.normal(0.0, 0.01, 60)
    individuals = {
        AccountId("acct_1"): account(*first, pnls=(1.0, -1.0)),
        AccountId("acct_2"): account(*second, pnls=(1.0,)),
    }
    council = account(*(first / 2), pnls=(1.0, 1.0, -1.0, -1.0))
    found = compare_council(council, individuals)
    best = individuals[AccountId("acct_1")]
    assert found.best == "acct_1"
    assert found.against_best.hit_rate_difference == 0.0
    assert found.against_mean.hit_rate_difference == pytest.approx(0.5 - 0.75)
    assert found.against_best.drawdown_reduction == pytest.approx(
        1 - council.performance.max_drawdown / best.performance.max_drawdown
    )
    assert 0.2 < found.against_best.upside_capture < 0.6
    mean = (individuals["acct_1"].equity + individuals["acct_2"].equity) / 2
    expected = council.performance.total_return - (mean[-1] / mean[0] - 1)
    assert found.against_mean.return_difference == pytest.approx(expected)


def test_a_comparison_with_nothing_to_compare_says_so():
    flat = account(*[0.0] * 30)
    found = compare_council(flat, {AccountId("acct_1"): flat})
    assert found.against_best.drawdown_reduction is None
    assert found.against_best.upside_capture is None
    assert found.against_best.hit_rate_difference is None
    assert compare_council(flat, {}).best is None


def test_curves_of_different_days_are_refused():
    with pytest.raises(ValueError, match="same days"):
        compare_council(account(0.1), {AccountId("acct_1"): account(0.1, 0.2)})
