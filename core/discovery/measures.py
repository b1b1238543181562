"""What the pickers measure of every symbol at once; NaN where history is too short to say.

Each equals its namesake in `core.rules.indicators` on the same bars: those that exist, in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.discovery.aligned import Aligned, aligned
from core.discovery.panel import Panel
from core.market import Floats
from core.rules.indicators import SESSIONS_A_YEAR

MONTH, QUARTER, RSI_PERIOD, BETA_SESSIONS = 20, 50, 14, 60


@dataclass(frozen=True, slots=True)
class Measures:
    """One value a symbol. ``price`` USD, ``volume_20`` shares and ``dollar_volume_20`` USD a session.

    ``relative_volume`` is the newest bar's dollar volume over the mean of the 20 before it (dollars:
    a split changes share counts, not money); ``rsi_14`` 0 … 100; ``volatility_20`` annualised;
    ``distance_sma_…``, ``return_20`` fractions; ``beta_60`` against the benchmark, where it is in the panel.
    ``needed`` bars stand behind an average: 20, or as many as the panel has.
    """

    bars: Aligned
    needed: int
    price: Floats
    volume_20: Floats
    dollar_volume_20: Floats
    relative_volume: Floats
    rsi_14: Floats
    volatility_20: Floats
    distance_sma_20: Floats
    distance_sma_50: Floats
    return_20: Floats
    beta_60: Floats


def measure(panel: Panel, longest_gap: int = 10, benchmark: str = "SPY") -> Measures:
    """Everything at once; a suspected split hides what was measured across it."""
    bars = aligned(panel, longest_gap)
    close, count = bars.close, bars.count
    needed = min(MONTH, close.shape[1])
    money = close * bars.volume
    whole = _unless_split(bars, MONTH)
    quarter = _unless_split(bars, QUARTER)
    return Measures(
        bars=bars,
        needed=needed,
        price=close[:, -1],
        volume_20=_mean(bars.volume, needed) * whole,
        dollar_volume_20=_mean(money, needed),
        relative_volume=_relative(money),
        rsi_14=wilder_rsi(close, count) * _unless_split(bars, close.shape[1]),
        volatility_20=_volatility(close, MONTH) * whole,
        distance_sma_20=_distance(close, MONTH) * whole,
        distance_sma_50=_distance(close, QUARTER) * quarter,
        return_20=_return(close, MONTH) * whole,
        beta_60=_beta(panel, benchmark) * quarter,
    )


def wilder_rsi(close: Floats, count: np.ndarray, period: int = RSI_PERIOD) -> Floats:
    """RSI of right-aligned closes (symbols, sessions): Wilder's averages as one weighted sum a row.

    The recursion from a row's first bar is linear, so its weights depend on the number of bars alone.
    """
    moves = np.nan_to_num(np.diff(close, axis=1))
    weights = _wilder_weights(close.shape[1], period)[count]
    gain = np.einsum("ij,ij->i", np.maximum(moves, 0.0), weights)
    loss = np.einsum("ij,ij->i", np.maximum(-moves, 0.0), weights)
    total = np.where((count > period) & (gain + loss > 0), gain + loss, np.nan)
    return np.asarray(100.0 * gain / total)


def _wilder_weights(columns: int, period: int) -> Floats:
    """Row n: the weight of each of ``columns - 1`` moves for a symbol with n bars."""
    table = np.zeros((columns + 1, max(columns - 1, 0)))
    decay = 1 - 1 / period
    for bars in range(period + 1, columns + 1):
        moves = bars - 1
        later = decay ** np.arange(moves - period - 1, -1, -1) / period
        first = np.full(period, decay ** (moves - period) / period)
        table[bars, columns - 1 - moves :] = np.concatenate([first, later])
    return table


def _mean(values: Floats, last: int) -> Floats:
    """Mean of the last ``last``; NaN where one of them is unknown."""
    return np.asarray(values[:, -last:].mean(axis=1))


def _relative(money: Floats) -> Floats:
    """The newest over the mean of those before it: 20, or all there are in a shorter panel."""
    before = money[:, -1 - MONTH : -1]
    if not before.shape[1]:
        return np.full(len(money), np.nan)
    usual = before.mean(axis=1)
    return np.asarray(money[:, -1] / np.where(usual > 0, usual, np.nan))


def _volatility(close: Floats, sessions: int) -> Floats:
    if close.shape[1] <= sessions:
        return np.full(len(close), np.nan)
    moves = np.diff(np.log(close[:, -1 - sessions :]), axis=1)
    return np.asarray(moves.std(axis=1, ddof=1) * np.sqrt(SESSIONS_A_YEAR))


def _distance(close: Floats, sessions: int) -> Floats:
    if close.shape[1] < sessions:
        return np.full(len(close), np.nan)
    return np.asarray(close[:, -1] / close[:, -sessions:].mean(axis=1) - 1)


def _return(close: Floats, sessions: int) -> Floats:
    if close.shape[1] <= sessions:
        return np.full(len(close), np.nan)
    return np.asarray(close[:, -1] / close[:, -1 - sessions] - 1)


def _unless_split(bars: Aligned, within: int) -> Floats:
    """1, or NaN where a split is suspected among the last ``within`` bars."""
    return np.where((bars.split >= 0) & (bars.split < within), np.nan, 1.0)


def _beta(panel: Panel, benchmark: str) -> Floats:
    """Slope of daily returns on the benchmark's over 60 sessions; all 61 closes must be there."""
    row = panel.index.get(benchmark)
    if row is None or len(panel.days) <= BETA_SESSIONS:
        return np.full(len(panel.symbols), np.nan)
    close = panel.close[:, -1 - BETA_SESSIONS :]
    close = np.where(close > 0, close, np.nan)
    moves = close[:, 1:] / close[:, :-1] - 1
    centred = moves - moves.mean(axis=1, keepdims=True)
    variance = float(centred[row] @ centred[row])
    if not variance > 0:
        return np.full(len(panel.symbols), np.nan)
    return np.asarray(centred @ centred[row] / variance)
