"""500 simulated councils with known truth: how often the lab's verdict is false, how often found.

python -m benchmarks.bench_lab
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.rules.statistics.paired import PairedRules, Verdict, compare_weekly

RIVALS = 5
WEEKLY_DEVIATION = 0.02
EDGE = 0.4
FREEDOM = 4
COMMON = 0.5
WARM_UP = 50
MOST_FALSE, LEAST_POWER = 0.08, 0.80
DECIDED = (Verdict.BETTER, Verdict.WORSE)


@dataclass(frozen=True)
class Truth:
    """``edges``: of the council over each rival, in standard deviations of the weekly difference."""

    weeks: int
    memory: float
    edges: tuple[float, ...]


@dataclass(frozen=True)
class Tally:
    """Shares of councils (``any_false``), of null pairs and of pairs with an edge."""

    any_false: float
    false: float
    power: float
    covered: float


def returns(truth: Truth, councils: int, seed: int) -> NDArray[np.float64]:
    """What each rival returns beside a council of 0, negated: (councils, weeks, rivals).

    AR(1) of Student's t with four degrees; half of the variance is the council's own, so that the
    differences to its rivals are correlated.
    """
    rng = np.random.default_rng(seed)
    shape = (councils, truth.weeks + WARM_UP)
    own, theirs = (rng.standard_t(FREEDOM, (*shape, count)) for count in (1, len(truth.edges)))
    shocks = (np.sqrt(COMMON) * own + np.sqrt(1 - COMMON) * theirs) / np.sqrt(FREEDOM / 2)
    path = np.zeros_like(shocks)
    for week in range(1, shape[1]):
        path[:, week] = truth.memory * path[:, week - 1] + shocks[:, week]
    scaled = path[:, WARM_UP:] * np.sqrt(1 - truth.memory**2) + np.array(truth.edges)
    return WEEKLY_DEVIATION * scaled


def tally(truth: Truth, councils: int, seed: int, resamples: int) -> Tally:
    rules = PairedRules(resamples=resamples)
    edges = np.array(truth.edges)
    decided = np.zeros((councils, len(edges)), dtype=bool)
    better, covered = decided.copy(), decided.copy()
    flat = np.zeros(truth.weeks)
    for number, differences in enumerate(returns(truth, councils, seed)):
        rivals = {str(i): -column for i, column in enumerate(differences.T)}
        for i, found in enumerate(compare_weekly(flat, rivals, 99, seed + number, rules).values()):
            decided[number, i] = found.verdict in DECIDED
            better[number, i] = found.verdict is Verdict.BETTER
            covered[number, i] = found.interval.holds(edges[i] * WEEKLY_DEVIATION)
    false = np.where(edges > 0, decided & ~better, decided)
    return Tally(
        any_false=float(np.mean(np.any(false, axis=1))),
        false=float(np.mean(false)),
        power=float(np.mean(better[:, edges > 0])) if np.any(edges > 0) else float("nan"),
        covered=float(np.mean(covered)),
    )


def scenarios() -> list[tuple[str, Truth]]:
    """Nothing, an edge over one rival of one, over all five, over two of five."""
    kinds = {
        "null, 1 rival": (0.0,),
        "null, 5 rivals": (0.0,) * RIVALS,
        "edge, 1 rival": (EDGE,),
        "edge over all 5": (EDGE,) * RIVALS,
        "edge over 2 of 5": (EDGE, EDGE, 0.0, 0.0, 0.0),
    }
    return [
        (kind, Truth(weeks, memory, edges))
        for memory in (0.0, 0.2)
        for kind, edges in kinds.items()
        for weeks in (26, 52, 104)
    ]


def promised(kind: str, weeks: int) -> bool:
    """Whether the power of this row is held against the target."""
    return weeks == 104 and kind in {"edge, 1 rival", "edge over all 5"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--councils", type=int, default=500)
    parser.add_argument("--resamples", type=int, default=1_999)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started, kept = time.perf_counter(), True
    print("| truth | AR(1) | weeks | any false | false a pair | power | 95 % interval covers |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind, truth in scenarios():
        found = tally(truth, options.councils, options.seed, options.resamples)
        power = "" if np.isnan(found.power) else f"{found.power:.1%}"
        print(
            f"| {kind} | {truth.memory} | {truth.weeks} | {found.any_false:.1%} "
            f"| {found.false:.1%} | {power} | {found.covered:.1%} |",
            flush=True,
        )
        kept &= found.any_false <= MOST_FALSE
        kept &= not promised(kind, truth.weeks) or found.power >= LEAST_POWER
    print(f"{time.perf_counter() - started:.0f} s; targets {'met' if kept else 'MISSED'}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
