"""A league of pickers: against plain numpy, with intervals that cover, and words that follow them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.rules.paper_tracking import kept_after_costs, paper_track
from core.rules.picker_performance import (
    DayTally,
    Reached,
    Target,
    best_single,
    ensemble_edge,
    ratio,
    records,
    targets,
)
from core.rules.statistics.quantiles import Interval
from core.schemas.suggestion import Picker

START = date(2025, 1, 1)


def tally(
    number: int,
    picker: Picker,
    returns,
    horizon: int = 5,
    *,
    traded: int = 0,
    kept: float = 1.0,
) -> DayTally:
    values = np.asarray(returns, dtype=float)
    return DayTally(
        day=START + timedelta(days=number),
        picker=picker,
        horizon=horizon,
        suggested=len(values),
        counted=len(values),
        wins=int((values > 0).sum()),
        returned=float(values.sum()),
        net=float(((1 + values) * kept - 1).sum()),
        against=len(values),
        excess=float((values - 0.001).sum()),
        traded=traded,
    )


def made(days: int, mean: float, seed: int, picker=Picker.ENSEMBLE, horizon: int = 5):
    """Suggestions whose h-session returns overlap as real ones do: sums of the days' own moves."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(mean / horizon, 0.01, days + horizon)
    found = []
    for number in range(days):
        shared = moves[number : number + horizon].sum()
        size = int(rng.integers(3, 9))
        own = shared + rng.normal(0, 0.02, size)
        found.append(tally(number, picker, own, horizon, traded=size // 2))
    return found


def test_the_figures_are_those_of_plain_pandas():
    rng = np.random.default_rng(3)
    rows = [rng.normal(0.01, 0.03, int(rng.integers(2, 9))) for _ in range(60)]
    found = records([tally(n, Picker.FUZZY, one, 1, traded=1) for n, one in enumerate(rows)])
    record = found[Picker.FUZZY, 1]
    frame = pd.DataFrame([{"day": n, "r": r} for n, one in enumerate(rows) for r in one])
    assert record.suggested == record.counted == len(frame)
    assert record.hit_rate.value == pytest.approx((frame["r"] > 0).mean())
    assert record.mean.value == pytest.approx(frame["r"].mean())
    assert record.excess.value == pytest.approx((frame["r"] - 0.001).mean())
    assert record.traded.value == pytest.approx(60 / len(frame))
    daily = (frame["r"] - 0.001).groupby(frame["day"]).mean()
    assert record.information_ratio == pytest.approx(daily.mean() / daily.std() * 252**0.5)


def test_of_independent_days_the_interval_is_about_students():
    rng = np.random.default_rng(11)
    values = rng.normal(0.01, 0.03, 200)
    found = ratio(values, np.ones(200), 1).interval
    assert found is not None
    plain = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(plain, abs=0.001)


def test_intervals_of_overlapping_returns_cover_where_days_taken_as_independent_do_not():
    covered, naive = 0, 0
    for seed in range(100):
        days = made(200, 0.01, seed)
        tops = np.array([one.returned for one in days])
        bottoms = np.array([float(one.counted) for one in days])
        block, single = (ratio(tops, bottoms, size).interval for size in (5, 1))
        assert block is not None
        assert single is not None
        covered += block.holds(0.01)
        naive += single.holds(0.01)
    assert covered >= 88
    assert naive < covered


def test_too_few_days_give_no_interval_and_no_word():
    few = targets(made(30, 0.05, 1))
    assert [one.reached for one in few] == [Reached.TOO_EARLY] * 4
    assert few[0].value is not None
    assert few[0].interval is None


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.56, 0.7, "reached"), (0.4, 0.55, "not reached"), (0.5, 0.6, "too early")],
)
def test_the_word_follows_the_interval(low, high, word):
    assert Target("win rate", 0.57, Interval(low, high), 0.55).reached == word


def test_targets_are_reached_by_a_picker_that_is_that_good():
    good = {one.name: one.reached for one in targets(made(250, 0.06, 5))}
    assert good["win rate"] is Reached.YES
    assert good["suggestion to trade"] is Reached.YES
    assert good["five-session return"] is Reached.YES
    bad = {one.name: one.reached for one in targets(made(250, -0.04, 5))}
    assert bad["five-session return"] is Reached.NO


def test_the_ensemble_is_compared_with_the_best_single_picker():
    best, worse = made(250, 0.02, 7, Picker.LLM), made(250, -0.01, 8, Picker.METRIC)
    same = [tally_as(one, Picker.ENSEMBLE) for one in best]
    every = [*best, *worse, *same]
    assert best_single(every) is Picker.LLM
    mean = sum(one.returned for one in best) / sum(one.counted for one in best)
    edge = ensemble_edge(every)
    assert edge.value == pytest.approx(mean - 1.1 * mean)
    better = [*best, *worse, *(tally_as(one, Picker.ENSEMBLE, 0.01) for one in best)]
    assert targets(better)[3].reached is Reached.YES
    assert ensemble_edge(same).value is None


def tally_as(one: DayTally, picker: Picker, more: float = 0.0) -> DayTally:
    counts = (one.suggested, one.counted, one.wins, one.returned + more * one.counted, 0.0)
    return DayTally(one.day, picker, one.horizon, *counts, one.against, one.excess, one.traded)


def test_paper_money_is_invested_once_and_pays_for_both_sides():
    kept = kept_after_costs(Decimal(2), Decimal(1))
    assert kept == pytest.approx((1 - 2e-4) * (1 - 1e-4) / ((1 + 2e-4) * (1 + 1e-4)))
    days = [
        tally(n, Picker.FUZZY, [r, r + 0.02], 2, kept=kept)
        for n, r in enumerate((0.01, -0.03, 0.05))
    ]
    first = (1 + 0.02) * kept * (1 + 0.06) * kept
    second = (1 - 0.02) * kept
    assert paper_track(days)[-1].value == pytest.approx((first + second) / 2)
    assert paper_track(()) == ()
    assert paper_track(days[:1])[0].value == pytest.approx((1.02 * kept + 1) / 2)
