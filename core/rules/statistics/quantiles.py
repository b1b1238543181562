"""Quantiles of the normal and of Student's distribution, and Wilson's interval of a share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

NORMAL = NormalDist()
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval, in the unit of what it surrounds."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def normal_quantile(probability: float) -> float:
    """ValueError (``StatisticsError``) unless 0 < probability < 1."""
    return NORMAL.inv_cdf(probability)


def student_quantile(probability: float, freedom: int) -> float:
    """Student's t with ``freedom`` ≥ 1 degrees, to 1e-4 from 10 degrees on.

    The expansion in 1/freedom around the normal quantile (Abramowitz and Stegun 26.7.5); with few
    degrees it is a little too small in the tails, which no caller here asks for (13 weeks at least).
    """
    z = normal_quantile(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, start=1))


def wilson(hits: float, trials: float, confidence: float = CONFIDENCE) -> Interval | None:
    """Interval of a share (0 to 1) from ``hits`` of ``trials``; None without a trial.

    Wilson, JASA 22 (1927): unlike the textbook interval it covers near 0 and 1.
    """
    if trials <= 0:
        return None
    z = normal_quantile((1 + confidence) / 2)
    share = hits / trials
    centre = share + z**2 / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    whole = 1 + z**2 / trials
    return Interval(max(0.0, (centre - reach) / whole), min(1.0, (centre + reach) / whole))
