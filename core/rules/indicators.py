"""The snapshot's indicators: pure numpy over daily bars, None where history is too short."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from core.market import BarSeries, Floats
from core.rules.smoothing import macd_lines, wilder_atr, wilder_rsi

SESSIONS_A_YEAR = 252


def compute_indicators(
    series: BarSeries, benchmark: BarSeries | None = None
) -> Mapping[str, float | None]:
    """Every indicator of the newest bar, by name; each uses that bar and earlier ones only.

    Returns, distances, volatility and drawdown are fractions (0.012 = 1.2 %); prices, MACD and ATR
    are in USD. Too few bars, or a value that does not exist (no variance, no volume), is None.
    Recursive ones (RSI, MACD, ATR) start at the first bar given: give at least 272 bars, which the
    longest window needs anyway. ``benchmark`` is SPY.
    """
    close = series.close
    macd, signal = macd_lines(close)
    found = {
        **{f"return_{n}d": total_return(close, n) for n in (1, 5, 20, 60)},
        **{f"sma_{n}": sma(close, n) for n in (20, 50, 200)},
        **{f"distance_sma_{n}": distance_from_sma(close, n) for n in (20, 50, 200)},
        "rsi_14": wilder_rsi(close),
        "macd": macd,
        "macd_signal": signal,
        "macd_histogram": None if macd is None or signal is None else macd - signal,
        "atr_14": wilder_atr(series),
        "realised_volatility_20": realised_volatility(close, 20),
        "zscore_return_20d": zscore_of_return(close, 20, SESSIONS_A_YEAR),
        "correlation_spy_60": None if benchmark is None else correlation(series, benchmark, 60),
        "drawdown_252": drawdown(close, 252),
        "relative_volume_20": relative_volume(series.volume, 20),
    }
    return {name: _finite(value) for name, value in found.items()}


def total_return(close: Floats, sessions: int) -> float | None:
    """Close / close ``sessions`` before − 1."""
    if len(close) <= sessions:
        return None
    return float(close[-1] / close[-1 - sessions] - 1)


def sma(close: Floats, sessions: int) -> float | None:
    """Mean of the last ``sessions`` closes, USD."""
    return _over_last(close, sessions, np.mean)


def distance_from_sma(close: Floats, sessions: int) -> float | None:
    """Close / SMA − 1."""
    mean = sma(close, sessions)
    return None if mean is None else float(close[-1] / mean - 1)


def realised_volatility(close: Floats, sessions: int) -> float | None:
    """Sample standard deviation of the last ``sessions`` daily log returns × √252."""
    if len(close) <= sessions:
        return None
    moves = np.diff(np.log(close[-1 - sessions :]))
    return float(np.std(moves, ddof=1) * np.sqrt(SESSIONS_A_YEAR))


def zscore_of_return(close: Floats, sessions: int, window: int) -> float | None:
    """(r − mean) / sample deviation of the last ``window`` overlapping returns, r the newest.

    Each is the simple return over ``sessions``; needs ``window + sessions`` closes.
    """
    if len(close) < window + sessions:
        return None
    recent = close[-window - sessions :]
    returns = recent[sessions:] / recent[:-sessions] - 1
    deviation = np.std(returns, ddof=1)
    return float((returns[-1] - np.mean(returns)) / deviation) if deviation > 1e-12 else None


def correlation(series: BarSeries, benchmark: BarSeries, sessions: int) -> float | None:
    """Pearson correlation of the last ``sessions`` daily simple returns on days both have.

    None when the benchmark's newest bar is of another day, or either did not move.
    """
    days, mine, theirs = np.intersect1d(
        series.days, benchmark.days, assume_unique=True, return_indices=True
    )
    if len(days) <= sessions or days[-1] != series.days[-1] or days[-1] != benchmark.days[-1]:
        return None
    left = _daily_returns(series.close[mine[-1 - sessions :]])
    right = _daily_returns(benchmark.close[theirs[-1 - sessions :]])
    left, right = left - np.mean(left), right - np.mean(right)
    scale = float(np.sqrt(np.sum(left * left) * np.sum(right * right)))
    if scale < 1e-18:
        return None
    return float(np.clip(np.sum(left * right) / scale, -1.0, 1.0))


def drawdown(close: Floats, sessions: int) -> float | None:
    """Close / highest close of the last ``sessions`` − 1, today included: 0 at a new high."""
    high = _over_last(close, sessions, np.max)
    return None if high is None else float(close[-1] / high - 1)


def relative_volume(volume: Floats, sessions: int) -> float | None:
    """Today's volume / mean volume of the ``sessions`` before today."""
    if len(volume) <= sessions:
        return None
    usual = float(np.mean(volume[-1 - sessions : -1]))
    return float(volume[-1] / usual) if usual > 0 else None


def _over_last(
    close: Floats, sessions: int, function: Callable[[Floats], np.floating]
) -> float | None:
    return float(function(close[-sessions:])) if len(close) >= sessions else None


def _daily_returns(close: Floats) -> Floats:
    return close[1:] / close[:-1] - 1


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None
