"""Whether scores predict returns: the information coefficient, with an interval over weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.market import Floats
from core.rules.statistics.blocks import block_length, block_starts
from core.rules.statistics.quantiles import Interval, student_quantile
from core.rules.statistics.ranks import centred_ranks, rank_correlation, spearman

RESAMPLES = 999
FEWEST_WEEKS = 13
# atanh of ±1 is infinite; a resample of few weeks can be in perfect order by chance.
NEARLY_ONE = 1 - 1e-6


@dataclass(frozen=True, slots=True)
class InformationCoefficient:
    """``coefficient`` −1 to 1 of ``pitches`` in ``weeks``; interval 95 %; None where not known."""

    pitches: int
    weeks: int
    coefficient: float | None
    interval: Interval | None

    @property
    def predicts(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval is not None and not self.interval.holds(0.0)


def information_coefficients(
    scores: Mapping[str, Floats], returns: Floats, weeks: NDArray[np.intp], seed: int
) -> dict[str, InformationCoefficient]:
    """One for each named score (n,), e.g. the seven, against returns (n,) seen from the pitch.

    Spearman's correlation; ``weeks`` (n,) in time's order, pairs with a NaN left out. Pitches of a
    week share its market, so whole weeks are drawn, in circular blocks. Each interval is symmetric in
    Fisher's z = atanh (Fisher 1921) with the resamples' standard error and Student's quantile at
    weeks − 1: plain percentiles are too narrow. The intervals are not adjusted for their number.
    """
    resamples: dict[bytes, _Resamples] = {}
    found = {}
    for name, score in scores.items():
        known = np.isfinite(score) & np.isfinite(returns)
        key = known.tobytes()
        if key not in resamples:
            resamples[key] = _Resamples.of(returns[known], weeks[known], seed)
        found[name] = resamples[key].coefficient(score[known])
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Resamples:
    """What every score shares: returns (n,), their ``weeks``, and both as often as resamples draw them.

    ``drawn`` and ``ranks`` are (resamples, n); None where there are too few weeks.
    """

    returns: Floats
    weeks: int
    drawn: Floats | None
    ranks: Floats | None

    @classmethod
    def of(cls, returns: Floats, weeks: NDArray[np.intp], seed: int) -> _Resamples:
        names, week = np.unique(weeks, return_inverse=True)
        if len(names) < FEWEST_WEEKS:
            return cls(returns, len(names), None, None)
        drawn = _week_counts(len(names), seed)[:, week]
        return cls(returns, len(names), drawn, centred_ranks(returns, drawn))

    def coefficient(self, scores: Floats) -> InformationCoefficient:
        found, interval = spearman(scores, self.returns), None
        if found is not None and self.drawn is not None and self.ranks is not None:
            ranks = centred_ranks(scores, self.drawn)
            interval = _fisher_interval(
                found, rank_correlation(ranks, self.ranks, self.drawn), self.weeks
            )
        return InformationCoefficient(len(scores), self.weeks, found, interval)


def _week_counts(weeks: int, seed: int) -> Floats:
    """How often each resample holds each week: (resamples, weeks)."""
    starts = block_starts(weeks, RESAMPLES, seed)
    days = (starts[:, :, None] + np.arange(block_length(weeks))) % weeks
    rows = np.arange(RESAMPLES)[:, None] * weeks
    flat = np.bincount((days.reshape(RESAMPLES, -1) + rows).ravel(), minlength=RESAMPLES * weeks)
    return flat.reshape(RESAMPLES, weeks).astype(np.float64)


def _fisher_interval(coefficient: float, drawn: Floats, weeks: int) -> Interval | None:
    usable = drawn[np.isfinite(drawn)]
    if abs(coefficient) >= NEARLY_ONE or 2 * len(usable) < len(drawn):
        return None
    error = float(np.std(np.arctanh(np.clip(usable, -NEARLY_ONE, NEARLY_ONE)), ddof=1))
    reach = student_quantile(0.975, weeks - 1) * error
    centre = np.arctanh(coefficient)
    return Interval(float(np.tanh(centre - reach)), float(np.tanh(centre + reach)))
