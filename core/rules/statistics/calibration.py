"""Whether conviction means what it says: reliability curve, Brier score and its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.market import Floats
from core.rules.statistics.quantiles import Interval, wilson

FULL_CONVICTION = 2.0
SURE = 0.8


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """``said``: mean probability of the bin; ``came``: share that came true, 95 % interval."""

    count: int
    said: float
    came: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Brier:
    """``score`` = ``reliability`` − ``resolution`` + ``uncertainty``, exactly; 0 is best.

    right        share of them that came true
    reliability  mean squared gap of said and came, over the distinct probabilities: 0 is calibrated
    resolution   how far the groups' outcomes differ from the whole's: high is good
    uncertainty  share right × share wrong: what one who always says the base rate scores
    skill        1 − score / uncertainty; None when everything came the same way
    """

    count: int
    right: float
    score: float
    reliability: float
    resolution: float
    uncertainty: float
    skill: float | None


def conviction_probability(convictions: Floats, sure: float = SURE) -> Floats:
    """The probability of being right that a conviction (n,), −2 to 2, is read as.

    A convention of this lab: a coin toss at 0, ``sure`` at full conviction, linear between. Brier
    scores depend on it, the shape of the reliability curve does not.
    """
    probability: Floats = 0.5 + (sure - 0.5) * np.abs(convictions) / FULL_CONVICTION
    return probability


def brier(probabilities: Floats, came: NDArray[np.bool_]) -> Brier | None:
    """Of probabilities (n,) 0 to 1 and whether it came true (n,); None for nothing.

    Brier (1950), split by Murphy (Journal of Applied Meteorology 12, 1973) over the distinct
    probabilities, so that nothing is lost to bins.
    """
    if not len(probabilities):
        return None
    outcome = came.astype(np.float64)
    said, group = np.unique(probabilities, return_inverse=True)
    sizes = np.bincount(group)
    shares = np.bincount(group, outcome) / sizes
    base = float(np.mean(outcome))
    uncertainty = base * (1 - base)
    score = float(np.mean((probabilities - outcome) ** 2))
    return Brier(
        count=len(outcome),
        right=base,
        score=score,
        reliability=float(np.average((said - shares) ** 2, weights=sizes)),
        resolution=float(np.average((shares - base) ** 2, weights=sizes)),
        uncertainty=uncertainty,
        skill=1 - score / uncertainty if uncertainty > 0 else None,
    )


def reliability_curve(
    probabilities: Floats, came: NDArray[np.bool_], edges: Floats
) -> tuple[ReliabilityPoint, ...]:
    """A point for each bin that holds anything, in rising order.

    Bins are [edge, next edge), the last closed; what lies outside the edges is not drawn.
    """
    inside = (probabilities >= edges[0]) & (probabilities <= edges[-1])
    bins = np.minimum(np.searchsorted(edges, probabilities, side="right") - 1, len(edges) - 2)
    found = []
    for number in np.unique(bins[inside]):
        chosen = inside & (bins == number)
        count, hits = int(np.count_nonzero(chosen)), int(np.count_nonzero(came[chosen]))
        interval = wilson(hits, count)
        assert interval is not None
        said = float(np.mean(probabilities[chosen]))
        found.append(ReliabilityPoint(count, said, hits / count, interval))
    return tuple(found)
