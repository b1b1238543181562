"""Indicators against pandas on real bars, against hand-made cases, and with too little history."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.market import BarSeries
from core.rules.indicators import compute_indicators, correlation
from core.rules.smoothing import ema, macd_lines, wilder_atr, wilder_rsi
from tests.fixture_files import fixture_path

ETFS = "market/universe/etf12_daily_adjusted_2014_2021.parquet"
NAMES = {
    *(f"return_{n}d" for n in (1, 5, 20, 60)),
    *(f"sma_{n}" for n in (20, 50, 200)),
    *(f"distance_sma_{n}" for n in (20, 50, 200)),
    *("rsi_14", "macd", "macd_signal", "macd_histogram", "atr_14", "realised_volatility_20"),
    *("zscore_return_20d", "correlation_spy_60", "drawdown_252", "relative_volume_20"),
}


def series_of(close, symbol="SPY", volume=None) -> BarSeries:
    close = np.asarray(close, dtype=float)
    days = np.datetime64("2020-01-01") + np.arange(len(close))
    volume = np.full(len(close), 100.0) if volume is None else np.asarray(volume, dtype=float)
    return BarSeries(symbol, days, close, close + 1, close - 1, close, volume)


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    rows = pd.read_parquet(fixture_path(ETFS))
    return {symbol: group.reset_index(drop=True) for symbol, group in rows.groupby("symbol")}


def real(frame: pd.DataFrame) -> BarSeries:
    days = pd.to_datetime(frame["date"]).to_numpy().astype("datetime64[D]")
    names = ("open", "high", "low", "close", "volume")
    columns = [frame[name].to_numpy(dtype=float) for name in names]
    return BarSeries(str(frame["symbol"].iloc[0]), days, *columns)


def wilder(values: pd.Series, period: int = 14) -> float:
    """Wilder's average by pandas: the first mean as the seed of an ewm with alpha 1/period."""
    seeded = pd.concat([pd.Series([values.iloc[:period].mean()]), values.iloc[period:]])
    return seeded.ewm(alpha=1 / period, adjust=False).mean().iloc[-1]


def by_pandas(frame: pd.DataFrame, spy: pd.DataFrame) -> dict[str, float]:
    close, moves = frame["close"], frame["close"].diff().dropna()
    before = close.shift()
    ranges = pd.concat(
        [frame.high - frame.low, (frame.high - before).abs(), (frame.low - before).abs()], axis=1
    ).max(axis=1)[1:]
    gain, loss = wilder(moves.clip(lower=0)), wilder(-moves.clip(upper=0))
    macd = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    signal = macd.ewm(span=9, adjust=False).mean()
    month = close.pct_change(20).tail(252)
    usual_volume = frame["volume"].shift().rolling(20).mean()
    return {
        **{f"return_{n}d": close.pct_change(n).iloc[-1] for n in (1, 5, 20, 60)},
        **{f"sma_{n}": close.rolling(n).mean().iloc[-1] for n in (20, 50, 200)},
        **{
            f"distance_sma_{n}": (close / close.rolling(n).mean() - 1).iloc[-1]
            for n in (20, 50, 200)
        },
        "rsi_14": 100 - 100 / (1 + gain / loss),
        "macd": macd.iloc[-1],
        "macd_signal": signal.iloc[-1],
        "macd_histogram": (macd - signal).iloc[-1],
        "atr_14": wilder(ranges),
        "realised_volatility_20": np.log(close).diff().rolling(20).std().iloc[-1] * 252**0.5,
        "zscore_return_20d": (month.iloc[-1] - month.mean()) / month.std(),
        "correlation_spy_60": close.pct_change().tail(60).corr(spy["close"].pct_change().tail(60)),
        "drawdown_252": close.iloc[-1] / close.rolling(252).max().iloc[-1] - 1,
        "relative_volume_20": (frame["volume"] / usual_volume).iloc[-1],
    }


@pytest.mark.parametrize("end", [300, 1_100, 1_437, 1_462, 1_893])
def test_every_indicator_agrees_with_pandas_on_real_bars(frames, end):
    spy = frames["SPY"].iloc[end - 300 : end].reset_index(drop=True)
    for frame in frames.values():
        window = frame.iloc[end - 300 : end].reset_index(drop=True)
        found = compute_indicators(real(window), real(spy))
        expected = by_pandas(window, spy)
        assert set(found) == NAMES
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9), (name, window.symbol[0])


def test_without_bars_everything_is_unknown():
    assert compute_indicators(series_of([]), series_of([])) == dict.fromkeys(NAMES)


def test_one_bar_less_than_a_window_is_unknown_and_never_zero():
    close = 100 + np.sin(np.arange(300))
    fewest = {
        "return_1d": 2,
        "return_5d": 6,
        "return_20d": 21,
        "return_60d": 61,
        "sma_20": 20,
        "sma_50": 50,
        "sma_200": 200,
        "distance_sma_20": 20,
        "distance_sma_50": 50,
        "distance_sma_200": 200,
        "rsi_14": 15,
        "macd": 26,
        "macd_signal": 34,
        "macd_histogram": 34,
        "atr_14": 15,
        "realised_volatility_20": 21,
        "zscore_return_20d": 272,
        "correlation_spy_60": 61,
        "drawdown_252": 252,
        "relative_volume_20": 21,
    }
    assert set(fewest) == NAMES
    for name, bars in fewest.items():
        enough, short = series_of(close[:bars]), series_of(close[: bars - 1])
        assert compute_indicators(enough, enough)[name] is not None, name
        assert compute_indicators(short, short)[name] is None, name


def test_a_price_that_never_moves_has_no_rsi_zscore_or_correlation():
    flat = series_of([50.0] * 300)
    found = compute_indicators(flat, flat)
    assert found["rsi_14"] is None
    assert found["zscore_return_20d"] is None
    assert found["correlation_spy_60"] is None
    assert found["drawdown_252"] == 0.0
    assert found["realised_volatility_20"] == 0.0


def test_rsi_of_gains_alone_is_100_and_of_losses_alone_0():
    assert wilder_rsi(np.arange(1.0, 16.0)) == 100.0
    assert wilder_rsi(np.arange(16.0, 1.0, -1.0)) == 0.0


def test_rsi_by_hand():
    # Seven gains of 2 and seven losses of 1: G = 14/14, L = 7/14, then a gain of 3.
    steps = [2, -1] * 7
    close = np.concatenate(([100.0], 100.0 + np.cumsum(steps)))
    assert wilder_rsi(close) == pytest.approx(100 * 1.0 / 1.5)
    gain, loss = (13 * 1.0 + 3) / 14, 13 * 0.5 / 14
    again = np.append(close, close[-1] + 3)
    assert wilder_rsi(again) == pytest.approx(100 * gain / (gain + loss))


def test_atr_counts_a_gap_from_the_close_before():
    close = np.array([100.0] * 15 + [110.0])
    # Fourteen ranges of 2 (high − low), then 111 − 100 = 11.
    assert wilder_atr(series_of(close)) == pytest.approx((13 * 2 + 11) / 14)


def test_ema_by_hand():
    assert ema([1.0, 2.0, 4.0], 3) == [1.0, 1.5, 2.75]


def test_macd_of_a_constant_price_is_zero():
    assert macd_lines(np.full(40, 7.0)) == (0.0, 0.0)


def test_relative_volume_leaves_today_out_of_the_usual_volume():
    found = compute_indicators(series_of([10.0] * 21, volume=[100.0] * 20 + [250.0]))
    assert found["relative_volume_20"] == 2.5


def test_unknown_volume_is_unknown_and_no_error():
    found = compute_indicators(series_of([10.0] * 30, volume=[np.nan] * 30))
    assert found["relative_volume_20"] is None


def test_drawdown_counts_from_the_highest_close():
    close = [100.0] * 251 + [80.0]
    assert compute_indicators(series_of(close))["drawdown_252"] == pytest.approx(-0.2)


def test_correlation_takes_the_days_both_have():
    rng = np.random.default_rng(1)
    spy = series_of(100 * np.exp(np.cumsum(rng.normal(0, 0.01, 90))))
    twice = series_of(50 * spy.close**2, "TLT")
    keep = np.delete(np.arange(90), [70])
    holes = BarSeries(
        "TLT",
        *(getattr(twice, name)[keep] for name in ("days", "open", "high")),
        *(getattr(twice, name)[keep] for name in ("low", "close", "volume")),
    )
    assert correlation(holes, spy, 60) == pytest.approx(1.0, abs=1e-3)
    assert correlation(spy, spy, 60) == pytest.approx(1.0, abs=1e-12)


def test_correlation_to_a_benchmark_that_ended_earlier_is_unknown():
    close = 100 + np.sin(np.arange(90))
    assert correlation(series_of(close), series_of(close[:-1]), 60) is None


def test_bars_before_the_windows_change_nothing_but_the_recursive_ones(frames):
    bars = real(frames["TLT"])
    short, long = (
        compute_indicators(bars.last(n), real(frames["SPY"]).last(n)) for n in (300, 900)
    )
    recursive = {"rsi_14", "atr_14", "macd", "macd_signal", "macd_histogram"}
    for name in NAMES - recursive:
        assert short[name] == pytest.approx(long[name], abs=1e-12)
    for name in recursive:
        assert short[name] == pytest.approx(long[name], rel=1e-6, abs=1e-6)
