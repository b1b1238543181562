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


def centred_ranks(values: Floats, weights: Floats) -> Floats:
    """Weighted mid-ranks (resamples, n) less their weighted mean, which is (all weights + 1) / 2."""
    ranks = weighted_ranks(values, weights)
    ranks -= (np.sum(weights, axis=1, keepdims=True) + 1) / 2
    return ranks


def rank_correlation(left: Floats, right: Floats, weights: Floats) -> Floats:
    """Of each row of centred ranks, all (resamples, n); NaN where a side does not vary."""
    together, one, other = (
        np.einsum("ij,ij,ij->i", weights, *pair)
        for pair in ((left, right), (left, left), (right, right))
    )
    found = np.full(len(together), np.nan)
    apart = one * other
    varies = apart > 0
    found[varies] = np.clip(together[varies] / np.sqrt(apart[varies]), -1.0, 1.0)
    return found


def spearman(left: Floats, right: Floats) -> float | None:
    """Spearman's rank correlation (1904) of (n,) pairs; None below three or without variance."""
    if len(left) < FEWEST_PAIRS or constant(left) or constant(right):
        return None
    once = np.ones((1, len(left)))
    return float(rank_correlation(centred_ranks(left, once), centred_ranks(right, once), once)[0])
