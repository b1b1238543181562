"""Rank correlations against scipy, their intervals by resamples written out, and by known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.rules.statistics.blocks import block_length, block_starts
from core.rules.statistics.information import RESAMPLES, information_coefficients
from core.rules.statistics.ranks import spearman, weighted_ranks


def information_coefficient(scores, returns, weeks, seed):
    return information_coefficients({"the score": scores}, returns, weeks, seed)["the score"]


def pitches(seed: int, weeks: int = 26, signal: float = 0.0):
    """Four pitches a week: scores 1 to 10 with ties, returns that share the week's market."""
    rng = np.random.default_rng(seed)
    week = np.repeat(np.arange(weeks), 4)
    scores = rng.integers(1, 11, len(week)).astype(float)
    market = rng.standard_normal(weeks)[week]
    returns = 0.02 * (signal * (scores - 5.5) / 2.9 + market + rng.standard_t(4, len(week)))
    return scores, returns, week


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-9, 9)), min_size=3, max_size=30))
def test_spearman_agrees_with_scipy_or_is_not_available(pairs):
    left, right = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    found = spearman(left, right)
    if found is not None:
        assert found == pytest.approx(stats.spearmanr(left, right).statistic, abs=1e-9)
    else:
        assert min(np.ptp(left), np.ptp(right)) <= 1e-12 * 9


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_weight_is_a_repetition(pairs):
    values, weights = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    ranks = weighted_ranks(values, weights[None])[0]
    repeated = stats.rankdata(np.repeat(values, weights.astype(int)))
    kept = np.repeat(ranks, weights.astype(int))
    np.testing.assert_allclose(kept, repeated, atol=1e-9)


def test_the_interval_agrees_with_weeks_drawn_one_by_one():
    scores, returns, week = pitches(1, 20, 1.0)
    drawn = []
    for starts in block_starts(20, RESAMPLES, 9):
        weeks = [(start + i) % 20 for start in starts for i in range(block_length(20))]
        rows = np.concatenate([np.flatnonzero(week == one) for one in weeks])
        drawn.append(np.arctanh(stats.spearmanr(scores[rows], returns[rows]).statistic))
    found = information_coefficient(scores, returns, week, 9)
    plain = stats.spearmanr(scores, returns).statistic
    reach = stats.t.ppf(0.975, 19) * np.std(drawn, ddof=1)
    assert found.coefficient == pytest.approx(plain, abs=1e-9)
    assert found.interval.low == pytest.approx(math.tanh(math.atanh(plain) - reach), abs=1e-5)
    assert found.interval.high == pytest.approx(math.tanh(math.atanh(plain) + reach), abs=1e-5)


def test_scores_that_predict_are_found_and_noise_is_rarely_taken_for_them():
    assert information_coefficient(*pitches(3, 52, 1.0), 1).predicts
    false = sum(information_coefficient(*pitches(seed, 26), 1).predicts for seed in range(100))
    assert false <= 10


@given(st.integers(0, 99), st.floats(0.1, 1e3), st.floats(-5, 5))
@settings(max_examples=20, deadline=None)
def test_units_and_the_order_of_rows_do_not_matter(seed, scale, shift):
    scores, returns, week = pitches(seed, 15, 0.5)
    plain = information_coefficient(scores, returns, week, 4)
    moved = information_coefficient(scores * scale + shift, returns, week, 4)
    order = np.random.default_rng(seed).permutation(len(week))
    mixed = information_coefficient(scores[order], returns[order], week[order], 4)
    for other in (moved, mixed):
        assert other.coefficient == pytest.approx(plain.coefficient)
        assert other.interval.low == pytest.approx(plain.interval.low)


@pytest.mark.parametrize("count", [0, 1, 2, 60])
def test_nothing_and_constant_scores_have_no_coefficient(count):
    week, returns = np.arange(count), np.random.default_rng(1).standard_normal(count)
    found = information_coefficient(np.full(count, 7.0), returns, week, 1)
    assert (found.coefficient, found.interval, found.predicts) == (None, None, False)
    assert information_coefficient(np.full(count, np.nan), returns, week, 1).pitches == 0


def test_a_perfect_order_and_few_weeks_have_no_interval():
    perfect = information_coefficient(np.arange(20.0), np.arange(20.0), np.arange(20), 1)
    assert (perfect.coefficient, perfect.interval) == (pytest.approx(1.0), None)
    scores, returns, week = pitches(2, 12)
    assert information_coefficient(scores, returns, week, 1).interval is None


def test_each_named_score_has_its_own_coefficient():
    scores, returns, week = pitches(5)
    found = information_coefficients({"clarity": scores, "edge": -scores}, returns, week, 2)
    assert found["clarity"].coefficient == pytest.approx(-found["edge"].coefficient)
