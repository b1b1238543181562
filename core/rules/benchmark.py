"""Simple rivals of an account over its own sessions: an asset held, or a mix set right every month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.market import Days, Floats


@dataclass(frozen=True, slots=True, eq=False)
class PricedSessions:
    """Prices (USD) of one asset over the sessions of a record, NaN where none was recorded.

    ``entry`` is the open of the first session, or its close where no open is known; NaN where neither.
    """

    entry: float
    closes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """``growth`` (n + 1,) of 1 bought at the first session.

    ``coverage`` is the share (0 to 1) of sessions in which everything in it had a price; the others
    keep the price before.
    """

    growth: Floats
    coverage: float


def benchmark(
    days: Days, prices: Mapping[str, PricedSessions], weights: Mapping[str, float]
) -> Benchmark | None:
    """The mix of ``weights`` (fractions that sum to 1) over ``days`` (n,), set right at month ends.

    Bought at the entry prices and traded at closes, without costs. None when an asset has no price in
    the first session: what was not there to buy is no rival.
    """
    chosen = {symbol: prices[symbol] for symbol in weights if symbol in prices}
    if not len(days) or len(chosen) < len(weights):
        return None
    if any(np.isnan(one.entry) or np.isnan(one.closes[0]) for one in chosen.values()):
        return None
    known = np.all([~np.isnan(one.closes) for one in chosen.values()], axis=0)
    paths = np.array([np.concatenate(([one.entry], _kept(one.closes))) for one in chosen.values()])
    shares = np.array([weights[symbol] for symbol in chosen])
    return Benchmark(_rebalanced(days, paths, shares), float(np.mean(known)))


def _kept(closes: Floats) -> Floats:
    """A session without a price keeps the one before."""
    places = np.where(np.isnan(closes), 0, np.arange(len(closes)))
    kept: Floats = closes[np.maximum.accumulate(places)]
    return kept


def _rebalanced(days: Days, paths: Floats, shares: Floats) -> Floats:
    """Growth of 1 along ``paths`` (assets, n + 1), set to ``shares`` at the last close of each month."""
    months = days.astype("datetime64[M]")
    ends = (
        np.flatnonzero(months[1:] != months[:-1]) + 1
    )  # places in paths, whose first is the entry
    growth, start = np.ones(paths.shape[1]), 0
    for end in [*ends, paths.shape[1] - 1]:
        stretch = paths[:, start : end + 1] / paths[:, start : start + 1]
        growth[start : end + 1] = growth[start] * (shares @ stretch)
        start = int(end)
    return growth
