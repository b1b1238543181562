"""The paired comparison against a slow, plain computation, scipy, and known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.bench_lab import Truth, tally
from core.rules.statistics.blocks import block_length, block_starts, long_run_error
from core.rules.statistics.bootstrap import bootstrap_mean
from core.rules.statistics.holm import holm
from core.rules.statistics.paired import PairedRules, Verdict, compare_weekly
from core.rules.statistics.quantiles import normal_quantile, student_quantile, wilson

QUICK = PairedRules(resamples=499)


def weekly(seed: int, weeks: int, mean: float = 0.0) -> np.ndarray:
    return mean + 0.02 * np.random.default_rng(seed).standard_t(4, weeks)


def slow_bootstrap(values, seed, resamples):
    """The same resamples, each written out week by week."""
    n, length = len(values), block_length(len(values))
    pivots = []
    for starts in block_starts(n, resamples, seed):
        blocks = [[values[(start + i) % n] for i in range(length)] for start in starts]
        means = [sum(block) / length for block in blocks]
        error = stats.sem(means)
        pivots.append(abs(np.mean(means) - np.mean(values)) / error if error else math.inf)
    return np.sort(pivots)


@pytest.mark.parametrize("weeks", [8, 13, 26, 53, 104])
def test_the_bootstrap_agrees_with_one_written_out_week_by_week(weeks):
    values = weekly(weeks, weeks, 0.005)
    found = bootstrap_mean(values, 7, 199)
    slow = slow_bootstrap(values, 7, 199)
    np.testing.assert_allclose(found.pivots, slow, rtol=1e-9, atol=1e-12)
    t = abs(values.mean()) / found.error
    assert found.p_value == pytest.approx((1 + sum(slow >= t)) / 200, abs=1e-9)
    quantile = slow[math.ceil(0.95 * 200) - 1]
    assert found.interval().high == pytest.approx(values.mean() + quantile * found.error, abs=1e-9)


@pytest.mark.parametrize("weeks", [13, 26, 104])
def test_the_long_run_error_is_bartletts_of_circular_autocovariances(weeks):
    values = weekly(weeks + 1, weeks)
    centred, length = values - values.mean(), block_length(weeks)
    gammas = [np.mean(centred * np.roll(centred, lag)) for lag in range(length)]
    variance = gammas[0] + 2 * sum((1 - lag / length) * gammas[lag] for lag in range(1, length))
    expected = math.sqrt(variance / (weeks - length))
    assert long_run_error(values) == pytest.approx(expected, rel=1e-9)


def test_the_block_length_is_the_fourth_root_rounded_up():
    assert [block_length(n) for n in (8, 13, 16, 26, 52, 81, 104)] == [2, 2, 2, 3, 3, 3, 4]


def test_holm_agrees_with_the_textbook_and_leaves_out_what_was_not_tested():
    found = holm({"a": 0.01, "b": 0.04, "c": None, "d": 0.03, "e": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": None, "d": 0.06, "e": 0.02})
    assert holm({}) == {}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.5))
def test_holm_rejects_what_stepping_down_rejects(p_values, level):
    adjusted = holm(dict(enumerate(p_values)))
    order = np.argsort(p_values, kind="stable")
    rejected = set()
    for step, index in enumerate(order):
        if p_values[index] * (len(order) - step) > level:
            break
        rejected.add(int(index))
    assert {index for index, p in adjusted.items() if p <= level} == rejected


def test_quantiles_and_the_interval_of_a_share_agree_with_scipy():
    for p in (0.9, 0.975, 0.995, 0.025):
        assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), abs=1e-9)
        for freedom in (12, 25, 103):
            assert student_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), abs=1e-4)
    for hits, trials in ((0, 5), (3, 7), (52, 104), (9, 9)):
        theirs = stats.binomtest(hits, trials).proportion_ci(method="wilson")
        ours = wilson(hits, trials)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert wilson(0, 0) is None


@given(st.integers(0, 999), st.floats(0.01, 1e4), st.floats(-0.05, 0.05))
@settings(max_examples=25, deadline=None)
def test_units_and_a_shared_market_do_not_move_a_verdict(seed, scale, market):
    council, rival = weekly(seed, 30, 0.01), weekly(seed + 1, 30)
    plain = compare_weekly(council, {"r": rival}, 30, 5, QUICK)["r"]
    scaled = compare_weekly(council * scale, {"r": rival * scale}, 30, 5, QUICK)["r"]
    moved = compare_weekly(council + market, {"r": rival + market}, 30, 5, QUICK)["r"]
    assert plain.verdict is scaled.verdict is moved.verdict
    assert plain.p_value == pytest.approx(scaled.p_value) == pytest.approx(moved.p_value)
    assert scaled.mean == pytest.approx(plain.mean * scale)
    assert scaled.smallest_detectable == pytest.approx(plain.smallest_detectable * scale)
    assert plain.weeks_needed == scaled.weeks_needed


def test_sides_swapped_swap_the_verdict_and_rivals_may_come_in_any_order():
    council, rivals = weekly(9, 104, 0.02), {name: weekly(i, 104) for i, name in enumerate("abc")}
    found = compare_weekly(council, rivals, 99, 3, QUICK)
    assert {one.verdict for one in found.values()} == {Verdict.BETTER}
    assert compare_weekly(council, dict(reversed(rivals.items())), 99, 3, QUICK) == found
    swapped = compare_weekly(rivals["a"], {"c": council}, 99, 3, QUICK)["c"]
    assert swapped.verdict is Verdict.WORSE
    assert swapped.interval.high == pytest.approx(-found["a"].interval.low)


def test_a_verdict_waits_for_13_weeks_and_20_closed_trades():
    council, rival = weekly(1, 52, 0.05), weekly(2, 52)
    early = compare_weekly(council[:12], {"r": rival[:12]}, 99, 1, QUICK)["r"]
    idle = compare_weekly(council, {"r": rival}, 19, 1, QUICK)["r"]
    assert early.verdict is idle.verdict is Verdict.TOO_EARLY
    assert early.interval is not None
    assert compare_weekly(council, {"r": rival}, 20, 1, QUICK)["r"].verdict is Verdict.BETTER


@pytest.mark.parametrize("weeks", [0, 1, 2, 7, 8, 40])
def test_nothing_and_sameness_are_not_available_and_never_infinite(weeks):
    same = np.full(weeks, 0.01)
    rivals = {"same": same, "lower": same - 0.02, "unknown": np.full(weeks, np.nan)}
    zigzag = same + 0.01 * (-1.0) ** np.arange(weeks)
    for council in (same, zigzag, weekly(1, weeks)):
        for found in compare_weekly(council, rivals, 99, 1, QUICK).values():
            numbers = [getattr(found, name) for name in found.__dataclass_fields__]
            assert all(math.isfinite(one) for one in numbers if isinstance(one, int | float))
    found = compare_weekly(same, rivals, 99, 1, QUICK)
    assert all(one.interval is None and one.p_value is None for one in found.values())


def test_weeks_unknown_on_either_side_are_left_out():
    council, rival = weekly(1, 40), weekly(2, 40)
    holes = council.copy()
    holes[[3, 17]] = np.nan
    found = compare_weekly(holes, {"r": rival}, 99, 1, QUICK)
    assert found == compare_weekly(
        np.delete(council, [3, 17]), {"r": np.delete(rival, [3, 17])}, 99, 1, QUICK
    )
    with pytest.raises(ValueError, match="same weeks"):
        compare_weekly(council, {"r": rival[1:]}, 99, 1, QUICK)


def test_weeks_needed_follow_from_the_smallest_detectable_difference():
    found = compare_weekly(weekly(1, 26), {"r": weekly(2, 26)}, 99, 1)["r"]
    edge = 0.4 * found.deviation
    assert found.weeks_needed == math.ceil(26 * (found.smallest_detectable / edge) ** 2) - 26
    assert found.weeks_needed > 0
    clear = compare_weekly(weekly(1, 104, 0.1), {"r": weekly(2, 104)}, 99, 1)["r"]
    assert clear.weeks_if_real == 0


def test_more_rivals_make_more_to_show():
    council, rival = weekly(4, 52, 0.008), weekly(5, 52)
    alone = compare_weekly(council, {"r": rival}, 99, 1)["r"]
    many = compare_weekly(council, {"r": rival} | {str(i): weekly(i, 52) for i in range(9)}, 99, 1)
    assert many["r"].smallest_detectable > alone.smallest_detectable
    assert many["r"].p_value == alone.p_value
    assert many["r"].interval == alone.interval


def test_simulated_councils_are_judged_rightly():
    nothing = tally(Truth(26, 0.2, (0.0,) * 5), councils=150, seed=11, resamples=499)
    edge = tally(Truth(104, 0.2, (0.4,)), councils=150, seed=12, resamples=499)
    assert nothing.any_false <= 0.08
    assert edge.power >= 0.80
    assert 0.90 <= nothing.covered <= 0.99
