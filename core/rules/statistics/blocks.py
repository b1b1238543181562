"""Weeks in blocks: how long a block is, which ones are drawn, and what they say of a mean's error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.market import Floats

Draws = NDArray[np.intp]
# Rounding leaves about 1e-16 of the values themselves where there is no variance at all.
NO_VARIANCE = 1e-12


def block_length(weeks: int) -> int:
    """The rule: the fourth root of the number of weeks, rounded up (13 → 2, 26 → 3, 104 → 4).

    The order that is best for a distribution function (Hall, Horowitz and Jing, Biometrika 82,
    1995); a length estimated from so few weeks would be mostly noise.
    """
    return int(np.ceil(np.sqrt(np.sqrt(weeks))))


def block_starts(weeks: int, resamples: int, seed: int) -> Draws:
    """First week of each drawn block: (resamples, weeks // block_length), the same for one seed."""
    blocks = weeks // block_length(weeks)
    return np.random.default_rng(seed).integers(weeks, size=(resamples, blocks))


def block_means(values: Floats) -> Floats:
    """Mean of the block starting at each week, the last weeks running on into the first: (weeks,).

    Circular, so that every week lies in equally many blocks (Politis and Romano 1992).
    """
    length = block_length(len(values))
    running = np.concatenate(([0.0], np.cumsum(np.concatenate((values, values[: length - 1])))))
    means: Floats = (running[length:] - running[:-length]) / length
    return means


def long_run_error(values: Floats) -> float:
    """Standard error of the mean of autocorrelated values, in their unit; needs two weeks.

    The variance of the circular block means, which weighs autocovariances as Bartlett's kernel
    does (Künsch, Annals of Statistics 17, 1989), over ``weeks − block`` for the estimated mean.
    """
    length = block_length(len(values))
    means = block_means(values - np.mean(values))
    return float(np.sqrt(length * np.mean(means**2) / (len(values) - length)))


def constant(values: Floats) -> bool:
    """Whether nothing varies, up to rounding; nothing at all is constant too."""
    if not len(values):
        return True
    return bool(np.ptp(values) <= NO_VARIANCE * np.max(np.abs(values)))
