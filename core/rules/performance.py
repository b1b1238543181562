"""How an account did: metrics of its daily equity and its closed trades, None where unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.market import Floats

SESSIONS_A_YEAR = 252
FEWEST_OBSERVATIONS = 20
NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class TradingRecord:
    """What an account did, beside its equity.

    ``trade_pnls``: USD of each closed round trip, net of costs. ``traded_notional``: sum of
    |quantity| × price of all fills, USD. ``conviction_paths``: one path a week, −2 … 2, in order.
    ``panic_exits``: exits at a checkpoint without the invalidation being met.
    """

    trade_pnls: Sequence[float] = ()
    traded_notional: float = 0.0
    conviction_paths: Sequence[Sequence[float]] = field(default=())
    panic_exits: int = 0


@dataclass(frozen=True, slots=True)
class Performance:
    """Metrics of one account; risk-free rate 0, 252 sessions a year, None where not available.

    Definitions as in empyrical (quantopian/empyrical, ``stats.py``), on simple daily returns r.
    The ratios and volatility need 20 observations; a ratio over no variance is unknown, not
    infinite.

    observations           daily returns counted: equity values less one
    total_pnl              USD, last equity less first
    total_return           fraction, last equity / first − 1
    volatility             fraction a year, sample deviation of r × √252
    sharpe                 mean r / sample deviation of r × √252
    sortino                mean r / √mean(min(r, 0)²) × √252
    calmar                 yearly compound return / |max_drawdown|
    max_drawdown           fraction ≤ 0, worst equity / highest equity before − 1
    hit_rate               fraction of closed trades with a profit net of costs
    closed_trades          how many
    turnover               traded notional / mean equity, both sides counted, not per year
    conviction_volatility  sample deviation of the changes of conviction within weeks
    panic_exits            how many
    """

    observations: int
    total_pnl: float
    total_return: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float | None
    hit_rate: float | None
    closed_trades: int
    turnover: float | None
    conviction_volatility: float | None
    panic_exits: int


def measure(equity: Floats, record: TradingRecord) -> Performance:
    """Metrics of a curve of daily equity (USD, the first value is the start) and a record.

    ValueError for an empty curve or a value that is not finite.
    """
    if not len(equity) or not np.all(np.isfinite(equity)):
        raise ValueError(f"equity of {len(equity)} values, all must be finite and at least one")
    returns = daily_returns(equity)
    enough = returns if returns is not None and len(returns) >= FEWEST_OBSERVATIONS else None
    mean_equity = float(np.mean(equity))
    return Performance(
        observations=len(equity) - 1,
        total_pnl=float(equity[-1] - equity[0]),
        total_return=float(equity[-1] / equity[0] - 1) if equity[0] > 0 else None,
        volatility=None if enough is None else volatility(enough),
        sharpe=None if enough is None else sharpe(enough),
        sortino=None if enough is None else sortino(enough),
        calmar=None if enough is None else calmar(enough),
        max_drawdown=None if returns is None or not len(returns) else max_drawdown(returns),
        hit_rate=hit_rate(record.trade_pnls),
        closed_trades=len(record.trade_pnls),
        turnover=record.traded_notional / mean_equity if mean_equity > 0 else None,
        conviction_volatility=conviction_volatility(record.conviction_paths),
        panic_exits=record.panic_exits,
    )


def daily_returns(equity: Floats) -> Floats | None:
    """Simple returns, one fewer than values; None when equity was ever zero or below."""
    if np.any(equity <= 0):
        return None
    changes: Floats = equity[1:] / equity[:-1] - 1
    return changes


def volatility(returns: Floats) -> float:
    return float(np.std(returns, ddof=1) * np.sqrt(SESSIONS_A_YEAR))


def sharpe(returns: Floats) -> float | None:
    deviation = float(np.std(returns, ddof=1))
    if deviation < NO_VARIANCE:
        return None
    return float(np.mean(returns) / deviation * np.sqrt(SESSIONS_A_YEAR))


def sortino(returns: Floats) -> float | None:
    """None without variance or without a losing day."""
    downside = float(np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2)))
    if downside < NO_VARIANCE or np.std(returns, ddof=1) < NO_VARIANCE:
        return None
    return float(np.mean(returns) / downside * np.sqrt(SESSIONS_A_YEAR))


def calmar(returns: Floats) -> float | None:
    """None without a drawdown."""
    worst = max_drawdown(returns)
    return yearly_return(returns) / -worst if worst < -NO_VARIANCE else None


def yearly_return(returns: Floats) -> float:
    """Compound growth a year: (Π(1 + r)) ^ (252 / n) − 1."""
    return float(np.prod(1 + returns) ** (SESSIONS_A_YEAR / len(returns)) - 1)


def max_drawdown(returns: Floats) -> float:
    """Worst fall from the highest value so far, the start included: 0 or negative."""
    path = np.concatenate(([1.0], np.cumprod(1 + returns)))
    return float(np.min(path / np.maximum.accumulate(path) - 1))


def hit_rate(trade_pnls: Sequence[float]) -> float | None:
    if not trade_pnls:
        return None
    return sum(pnl > 0 for pnl in trade_pnls) / len(trade_pnls)


def conviction_volatility(paths: Iterable[Sequence[float]]) -> float | None:
    """Changes are taken within a week, never from one week's path to the next; needs two."""
    changes = np.concatenate([np.diff(path) for path in paths] or [np.empty(0)])
    return float(np.std(changes, ddof=1)) if len(changes) >= 2 else None
