"""Ranks, ties shared, of observations that count more or less often; Spearman's correlation."""

from __future__ import annotations

import numpy as np

from core.market import Floats
from core.rules.statistics.blocks import constant

FEWEST_PAIRS = 3


def weighted_ranks(values: Floats, weights: Floats) -> Floats:
    """Mid-ranks from 1 of (n,) values, each counted as often as weights (resamples, n) say.

    Gives (resamples, n). With all weights 1 these are the usual average ranks.
    """
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(sizes, axis=1) - sizes / 2 + 0.5
    ranks: Floats = middle[:, group]
    return ranks


def weighted_correlation(left: Floats, right: Floats, weights: Floats) -> Floats:
    """Pearson's correlation of each row, all (resamples, n); NaN where a side does not vary."""
    total = np.sum(weights, axis=1, keepdims=True)
    left = left - np.sum(left * weights, axis=1, keepdims=True) / total
    right = right - np.sum(right * weights, axis=1, keepdims=True) / total
    together = np.sum(weights * left * right, axis=1)
    apart = np.sum(weights * left**2, axis=1) * np.sum(weights * right**2, axis=1)
    found = np.full(len(together), np.nan)
    varies = apart > 0
    found[varies] = np.clip(together[varies] / np.sqrt(apart[varies]), -1.0, 1.0)
    return found


def spearman(left: Floats, right: Floats) -> float | None:
    """Spearman's rank correlation (1904) of (n,) pairs; None below three or without variance."""
    if len(left) < FEWEST_PAIRS or constant(left) or constant(right):
        return None
    return float(weighted_spearman(left, right, np.ones((1, len(left))))[0])


def weighted_spearman(left: Floats, right: Floats, weights: Floats) -> Floats:
    """Spearman's correlation of (n,) pairs for each row of weights (resamples, n)."""
    return weighted_correlation(
        weighted_ranks(left, weights), weighted_ranks(right, weights), weights
    )
