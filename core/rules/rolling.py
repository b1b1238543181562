"""A record cut into pieces: the Sharpe ratio over a moving window, and returns by calendar month."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.market import Days, Floats
from core.rules.performance import NO_VARIANCE, SESSIONS_A_YEAR


def rolling_sharpe(returns: Floats, window: int) -> Floats:
    """Sharpe ratio of each ``window`` daily returns, the first one of returns 0 … window − 1.

    (n − window + 1,), nothing where there are fewer returns than the window; NaN where they did not
    vary. Risk-free rate 0, 252 sessions a year (empyrical ``roll_sharpe_ratio``).
    """
    if len(returns) < window:
        return np.empty(0)
    pieces = sliding_window_view(returns, window)
    deviation = np.std(pieces, axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.mean(pieces, axis=1) / deviation * np.sqrt(SESSIONS_A_YEAR)
    return np.where(deviation < NO_VARIANCE, np.nan, ratio)


def monthly_returns(days: Days, curve: Floats) -> dict[tuple[int, int], float]:
    """Simple return of each calendar month by (year, month), oldest first.

    ``days`` (n,) sessions and ``curve`` (n + 1,) USD as of ``AccountRecord``: the first and the last
    month are those parts of them that the record covers. Nothing where equity was ever zero or below.
    """
    return _by_period(days.astype("datetime64[M]"), curve)


def yearly_returns(days: Days, curve: Floats) -> dict[int, float]:
    """Simple return of each calendar year, as ``monthly_returns`` has months."""
    years = days.astype("datetime64[Y]").astype("datetime64[M]")
    return {year: value for (year, _), value in _by_period(years, curve).items()}


def _by_period(periods: Days, curve: Floats) -> dict[tuple[int, int], float]:
    if not len(periods) or np.any(curve <= 0):
        return {}
    last = np.flatnonzero(np.append(periods[1:] != periods[:-1], [True]))
    ends = np.concatenate((curve[:1], curve[1:][last]))
    numbers = periods[last].astype(np.int64)
    return {
        (int(1970 + number // 12), int(number % 12 + 1)): float(value)
        for number, value in zip(numbers, ends[1:] / ends[:-1] - 1, strict=True)
    }
