"""Review scores as arrays, and shuffles within one reviewer's sheet of one week."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from core.market import Floats

Labels = NDArray[np.str_]
SHUFFLES = 1_999
FEW_ORDERS = 5
"""Up to so many pitches on a sheet, all their orders are written down: 120."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSheet:
    """n reviews: score (n,) 1 to 10, e.g. the mean of the seven; reviewer, pitch, week (n,) labels.

    A sheet is what one reviewer wrote in one week. ValueError when lengths differ or a score is
    not finite.
    """

    scores: Floats
    reviewers: Labels
    pitches: Labels
    weeks: Labels

    def __post_init__(self) -> None:
        lengths = {len(one) for one in (self.scores, self.reviewers, self.pitches, self.weeks)}
        if len(lengths) != 1 or not np.all(np.isfinite(self.scores)):
            raise ValueError(
                f"reviews of {sorted(lengths)} values: one finite score, one label each"
            )

    @property
    def sheets(self) -> NDArray[np.intp]:
        """The number of the sheet of each review, from 0: (n,)."""
        reviewer = np.unique(self.reviewers, return_inverse=True)[1]
        week = np.unique(self.weeks, return_inverse=True)[1]
        both = reviewer * (np.max(week, initial=0) + 1) + week
        number: NDArray[np.intp] = np.unique(both, return_inverse=True)[1]
        return number

    def against_others(self) -> Floats:
        """Score less the mean of other reviewers' scores of the pitch, NaN without one: (n,), points."""
        pitch = np.unique(self.pitches, return_inverse=True)[1]
        reviewer = np.unique(self.reviewers, return_inverse=True)[1]
        own = np.unique(pitch * (np.max(reviewer, initial=0) + 1) + reviewer, return_inverse=True)[
            1
        ]
        total = np.bincount(pitch, self.scores)[pitch] - np.bincount(own, self.scores)[own]
        count = np.bincount(pitch)[pitch] - np.bincount(own)[own]
        others = np.full(len(self.scores), np.nan)
        others[count > 0] = total[count > 0] / count[count > 0]
        difference: Floats = self.scores - others
        return difference


def centred(values: Floats, groups: NDArray[np.intp]) -> Floats:
    """Values (n,) less the mean of their group (numbered from 0)."""
    sizes = np.bincount(groups)
    means = np.bincount(groups, values) / np.maximum(sizes, 1)
    difference: Floats = values - means[groups]
    return difference


def shuffled(values: Floats, groups: NDArray[np.intp], seed: int) -> Floats:
    """Values (n,) in ``SHUFFLES`` random orders, each within its group: (shuffles, n)."""
    keys = np.random.default_rng(seed).random((SHUFFLES, len(values))) + groups
    found: Floats = np.empty_like(keys)
    found[:, np.argsort(groups, kind="stable")] = values[np.argsort(keys, axis=1)]
    return found


def shuffled_products(
    values: Floats, others: Floats, groups: NDArray[np.intp], seed: int
) -> Floats:
    """The sum of ``values`` times ``others`` (n,) in ``SHUFFLES`` orders of the values: (shuffles,).

    Each group's few orders are multiplied once and then drawn, so that ten years cost what one does.
    """
    rng, total = np.random.default_rng(seed), np.zeros(SHUFFLES)
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 0]):
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        if size > FEW_ORDERS:
            within = np.repeat(np.arange(len(rows)), size)
            drawn = shuffled(values[rows].ravel(), within, int(rng.integers(2**31)))
            total += drawn @ others[rows].ravel()
            continue
        orders = np.array(list(permutations(range(size))))
        products = np.einsum("gos,gs->go", values[rows][:, orders], others[rows])
        for number, chosen in enumerate(
            rng.integers(len(orders), size=(SHUFFLES, len(rows)), dtype=np.int16)
        ):
            total[number] += np.sum(products[np.arange(len(rows)), chosen])
    return total


def permutation_p(observed: float, drawn: Floats) -> float:
    """Two-sided, (1 + draws at least as far out) / (1 + draws) (Phipson and Smyth 2010)."""
    far = np.abs(drawn) >= abs(observed) - 1e-12
    return float((1 + np.count_nonzero(far)) / (1 + len(drawn)))
