"""Indicators that smooth recursively: RSI and ATR after Wilder, MACD after Appel.

The loops run over plain floats: a recursion has no vector form that rounds alike, and 300 steps of
Python take less time than one call of a library.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.market import BarSeries, Floats

FAST, SLOW, SIGNAL = 12, 26, 9


def wilder_rsi(close: Floats, period: int = 14) -> float | None:
    """Relative strength index, 0 … 100: 100 × G / (G + L).

    G and L are Wilder averages of gains and losses (Wilder 1978, *New Concepts in Technical Trading
    Systems*, section VI). Without any move it is unknown: None.
    """
    if len(close) <= period:
        return None
    moves = np.diff(close)
    gain = wilder_average(np.maximum(moves, 0.0).tolist(), period)
    loss = wilder_average(np.maximum(-moves, 0.0).tolist(), period)
    return 100.0 * gain / (gain + loss) if gain + loss > 0 else None


def wilder_atr(series: BarSeries, period: int = 14) -> float | None:
    """Average true range in USD (Wilder 1978, section III).

    The true range is the largest of high − low, |high − close before| and |low − close before|, so
    the first bar has none.
    """
    if len(series) <= period:
        return None
    before, high, low = series.close[:-1], series.high[1:], series.low[1:]
    ranges = np.maximum(high - low, np.maximum(np.abs(high - before), np.abs(low - before)))
    return wilder_average(ranges.tolist(), period)


def macd_lines(close: Floats) -> tuple[float | None, float | None]:
    """MACD = EMA 12 − EMA 26 of the close, and its signal, the EMA 9 of MACD; both in USD.

    Appel 2005, *Technical Analysis: Power Tools for Active Investors*, chapter 8. Each EMA starts
    at its first value with weight 2 / (n + 1). MACD needs 26 closes, the signal 34.
    """
    if len(close) < SLOW:
        return None, None
    prices = close.tolist()
    lines = [fast - slow for fast, slow in zip(ema(prices, FAST), ema(prices, SLOW), strict=True)]
    signal = ema(lines, SIGNAL)[-1] if len(close) >= SLOW + SIGNAL - 1 else None
    return lines[-1], signal


def wilder_average(values: Sequence[float], period: int) -> float:
    """The mean of the first ``period`` values, then average += (x − average) / period a step."""
    average = sum(values[:period]) / period
    for value in values[period:]:
        average += (value - average) / period
    return average


def ema(values: Sequence[float], span: int) -> list[float]:
    """Exponential moving average, weight 2 / (span + 1), starting at the first value."""
    weight = 2.0 / (span + 1)
    path = [values[0]]
    for value in values[1:]:
        path.append(path[-1] + weight * (value - path[-1]))
    return path
