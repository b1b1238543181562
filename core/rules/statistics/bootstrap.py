"""The studentised circular block bootstrap of a weekly mean: interval, p-value, critical value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.market import Floats
from core.rules.statistics.blocks import (
    block_length,
    block_means,
    block_starts,
    constant,
    long_run_error,
)
from core.rules.statistics.quantiles import CONFIDENCE, Interval

RESAMPLES = 4_999
# Below this there are fewer than four blocks to draw from.
FEWEST_WEEKS = 8
# A mean that is surer than this share of an independent one's error is an artefact of the blocks.
LEAST_ERROR = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class BootstrappedMean:
    """A weekly mean, its standard error (same unit), and |t| of the resamples in rising order."""

    weeks: int
    block: int
    mean: float
    error: float
    pivots: Floats

    @property
    def p_value(self) -> float:
        """Two-sided, that the mean is 0: (1 + resamples at least as far out) / (1 + resamples)."""
        below = int(np.searchsorted(self.pivots, abs(self.mean) / self.error, side="left"))
        return (1 + len(self.pivots) - below) / (1 + len(self.pivots))

    def critical(self, level: float) -> float | None:
        """The |t| that ``level`` of the resamples reach; None if there are too few resamples."""
        position = int(np.ceil((1 - level) * (len(self.pivots) + 1))) - 1
        if position >= len(self.pivots) or not np.isfinite(self.pivots[position]):
            return None
        return float(self.pivots[position])

    def interval(self, confidence: float = CONFIDENCE) -> Interval | None:
        """Symmetric around the mean: better coverage than two tails (Hall, Annals 16, 1988)."""
        critical = self.critical(1 - confidence)
        if critical is None:
            return None
        return Interval(self.mean - critical * self.error, self.mean + critical * self.error)


def bootstrap_mean(
    values: Floats, seed: int, resamples: int = RESAMPLES
) -> BootstrappedMean | None:
    """The mean of (weeks,) values, finite and in the order of time; the unit is theirs.

    Each resample is divided by the standard error its own blocks show (Götze and Künsch, Annals
    of Statistics 24, 1996; as used for returns by Ledoit and Wolf 2008): with plain percentiles an
    interval of 13 weeks covers 81 to 92 % instead of 95. None under ``FEWEST_WEEKS`` or without
    variance.
    """
    weeks = len(values)
    if weeks < FEWEST_WEEKS or constant(values):
        return None
    mean, error = float(np.mean(values)), long_run_error(values)
    if error <= LEAST_ERROR * float(np.std(values)) / np.sqrt(weeks):
        return None
    drawn = block_means(values - mean)[block_starts(weeks, resamples, seed)]
    return BootstrappedMean(weeks, block_length(weeks), mean, error, _pivots(drawn))


def _pivots(drawn: Floats) -> Floats:
    """Sorted |mean / its error| of (resamples, blocks) block means; infinite without variance."""
    means = np.mean(drawn, axis=1)
    errors = np.std(drawn, axis=1, ddof=1) / np.sqrt(drawn.shape[1])
    surely = errors > LEAST_ERROR * np.max(np.abs(drawn))
    pivots = np.full(len(means), np.inf)
    pivots[surely] = np.abs(means[surely]) / errors[surely]
    return np.sort(pivots)
