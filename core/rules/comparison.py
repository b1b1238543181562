"""The council against its members: the mean of the individuals, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.market import Floats
from core.rules.performance import (
    FEWEST_OBSERVATIONS,
    Performance,
    daily_returns,
    max_drawdown,
    yearly_return,
)
from core.types import AccountId


@dataclass(frozen=True, slots=True)
class MeasuredAccount:
    """Daily equity (USD, same days for every account compared) and its metrics."""

    equity: Floats
    performance: Performance


@dataclass(frozen=True, slots=True)
class Comparison:
    """The council less a reference; None where either side is unknown.

    return_difference    fraction, council's total return less the reference's
    drawdown_reduction   1 − council's / reference's max drawdown: 0.25 = a quarter less, < 0 = more
    hit_rate_difference  fraction, council's hit rate less the reference's
    upside_capture       council's yearly compound return over the days the reference rose, divided
                         by the reference's own (empyrical ``up_capture``); needs 20 such days
    """

    return_difference: float | None
    drawdown_reduction: float | None
    hit_rate_difference: float | None
    upside_capture: float | None


@dataclass(frozen=True, slots=True)
class CouncilComparison:
    """``best`` has the highest total return of the period: known only in hindsight."""

    against_mean: Comparison | None
    against_best: Comparison | None
    best: AccountId | None


def compare_council(
    council: MeasuredAccount, individuals: Mapping[AccountId, MeasuredAccount]
) -> CouncilComparison:
    """Against equal money with every individual, held throughout, and against the best one.

    ValueError when curves differ in length: they must cover the same days.
    """
    lengths = {len(one.equity) for one in (council, *individuals.values())}
    if len(lengths) != 1:
        raise ValueError(f"equity curves of {sorted(lengths)} values: compare the same days")
    ranked = {
        account: one.performance.total_return
        for account, one in individuals.items()
        if one.performance.total_return is not None
    }
    if not ranked:
        return CouncilComparison(None, None, None)
    # The first of equals by account id, so that a tie has one answer.
    best = max(sorted(ranked), key=lambda account: ranked[account])
    chosen = individuals[best]
    mean_hits = _mean([one.performance.hit_rate for one in individuals.values()])
    return CouncilComparison(
        against_mean=_compare(council, _mean_curve(individuals), mean_hits),
        against_best=_compare(council, chosen.equity, chosen.performance.hit_rate),
        best=best,
    )


def upside_capture(returns: Floats, reference: Floats) -> float | None:
    """See ``Comparison``; both are daily returns of the same days."""
    rising = reference > 0
    if np.count_nonzero(rising) < FEWEST_OBSERVATIONS:
        return None
    gained = yearly_return(reference[rising])
    return yearly_return(returns[rising]) / gained if gained > 0 else None


def _mean_curve(individuals: Mapping[AccountId, MeasuredAccount]) -> Floats:
    """Equal money in each at the start, as growth of 1."""
    curves = [one.equity / one.equity[0] for one in individuals.values() if one.equity[0] > 0]
    mean: Floats = np.mean(curves, axis=0)
    return mean


def _compare(
    council: MeasuredAccount, reference: Floats, reference_hits: float | None
) -> Comparison:
    mine, theirs = daily_returns(council.equity), daily_returns(reference)
    if mine is None or theirs is None or not len(mine):
        return Comparison(None, None, _less(council.performance.hit_rate, reference_hits), None)
    worst = max_drawdown(theirs)
    return Comparison(
        return_difference=float(np.prod(1 + mine) - np.prod(1 + theirs)),
        drawdown_reduction=1 - max_drawdown(mine) / worst if worst < 0 else None,
        hit_rate_difference=_less(council.performance.hit_rate, reference_hits),
        upside_capture=upside_capture(mine, theirs),
    )


def _less(mine: float | None, theirs: float | None) -> float | None:
    return None if mine is None or theirs is None else mine - theirs


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
