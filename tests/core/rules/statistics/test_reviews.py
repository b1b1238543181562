"""Reviewers, their biases, calibration, drift and evidence, against plain computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.rules.statistics.bias import favouritism, order_bias
from core.rules.statistics.calibration import brier, conviction_probability, reliability_curve
from core.rules.statistics.drift import (
    Alarm,
    agreement,
    drift,
    fleiss_kappa,
    independent_votes,
)
from core.rules.statistics.evidence import Evidence, Shortfall, standing
from core.rules.statistics.reviewers import reviewer_profiles, self_consistency
from core.rules.statistics.sheets import ScoreSheet, shuffled

EMPTY = ScoreSheet(np.array([]), *(np.array([], dtype=str) for _ in range(3)))


def reviews(weeks: int = 20, seed: int = 1, taste: float = 1.0):
    """Four reviewers, each scoring the other three pitches in a random order; and the places."""
    rng = np.random.default_rng(seed)
    rows, places = [], []
    for week in range(weeks):
        quality = rng.normal(6, 1, 4)
        for reviewer in range(4):
            others = rng.permutation([one for one in range(4) if one != reviewer])
            for place, pitch in enumerate(others, start=1):
                score = quality[pitch] + rng.normal(0, taste) - 0.5 * reviewer
                rows.append((score, f"r{reviewer}", f"{week}/{pitch}", str(week)))
                places.append(place)
    scores, *labels = zip(*rows, strict=True)
    return ScoreSheet(np.array(scores), *map(np.array, labels)), np.array(places, dtype=float)


def test_severity_and_spread_agree_with_a_plain_loop():
    sheet, _ = reviews()
    found = reviewer_profiles(sheet)
    for name in ("r0", "r3"):
        mine = sheet.reviewers == name
        gaps = [
            np.mean(sheet.scores[(sheet.pitches == pitch) & ~mine]) - score
            for score, pitch in zip(sheet.scores[mine], sheet.pitches[mine], strict=True)
        ]
        assert found[name].severity == pytest.approx(np.mean(gaps), abs=1e-9)
        assert found[name].spread == pytest.approx(np.std(sheet.scores[mine], ddof=1), abs=1e-9)
    assert found["r3"].severity > found["r0"].severity
    assert (found["r0"].consistency, found["r0"].repeated) == (None, 0)


def test_self_consistency_is_the_intraclass_correlation_of_an_analysis_of_variance():
    rng = np.random.default_rng(2)
    groups = [rng.normal(rng.normal(6, 2), 1, 3) for _ in range(9)]
    ratio = stats.f_oneway(*groups).statistic
    pitches = np.repeat([f"p{i}" for i in range(9)], 3)
    found = self_consistency(np.concatenate(groups), pitches)
    assert found == pytest.approx((ratio - 1) / (ratio + 2), abs=1e-9)
    assert self_consistency(np.array([7.0, 7, 3, 3]), np.array(list("aabb"))) == 1.0
    assert self_consistency(np.array([7.0, 7, 7, 7]), np.array(list("aabb"))) is None
    assert self_consistency(np.array([7.0, 8, 3]), np.array(list("abc"))) is None


def test_shuffles_stay_within_their_group():
    groups = np.array([1, 0, 1, 0, 2, 1])
    values = np.array([10.0, 1, 11, 2, 20, 12])
    found = shuffled(values, groups, 3)
    for group in range(3):
        own = np.sort(values[groups == group])
        assert np.all(np.sort(found[:, groups == group], axis=1) == own)
    assert len(np.unique(found, axis=0)) == 12


def test_a_bias_for_places_is_measured_and_its_absence_too():
    sheet, places = reviews(60)
    assert order_bias(sheet, places, 1).p_value > 0.05
    tilted = ScoreSheet(sheet.scores - 0.4 * places, sheet.reviewers, sheet.pitches, sheet.weeks)
    found = order_bias(tilted, places, 1)
    assert found.p_value < 0.01
    assert found.first > 0 > found.last
    dummies = (sheet.sheets[:, None] == np.arange(240)).astype(float)
    fitted = np.linalg.lstsq(np.column_stack([places, dummies]), tilted.scores)[0]
    assert found.slope == pytest.approx(fitted[0], abs=1e-9)


def test_favour_for_the_own_family_is_measured_and_a_good_pitch_is_no_favour():
    sheet, _ = reviews(60)
    pitch = np.array([int(one.split("/")[1]) for one in sheet.pitches])
    own = (sheet.reviewers == "r0") & (pitch == 1) | (sheet.reviewers == "r1") & (pitch == 0)
    favoured = ScoreSheet(sheet.scores + 0.9 * own, sheet.reviewers, sheet.pitches, sheet.weeks)
    good = ScoreSheet(
        sheet.scores + 2.0 * (pitch == 1), sheet.reviewers, sheet.pitches, sheet.weeks
    )
    assert favouritism(favoured, own, 1).p_value < 0.01
    assert favouritism(favoured, own, 1).advantage > 0.4
    assert favouritism(good, own, 1).p_value > 0.05
    fair, partial = favouritism(sheet, own, 1), favouritism(favoured, own, 1)
    assert (fair.own, fair.others) == (120, 600)
    labels = np.concatenate([sheet.pitches, sheet.sheets.astype(str)]).reshape(2, -1)
    dummies = [side == one for side in labels for one in np.unique(side)]
    fitted = np.linalg.lstsq(np.column_stack([own, *dummies]).astype(float), sheet.scores)[0]
    assert fair.advantage == pytest.approx(fitted[0], abs=1e-9)
    assert partial.advantage - fair.advantage == pytest.approx(0.9, abs=1e-9)


def test_shuffled_p_values_are_uniform_where_nothing_is_there():
    places, families = [], []
    for seed in range(80):
        sheet, place = reviews(8, seed)
        pitch = np.array([one.split("/")[1] for one in sheet.pitches])
        own = (sheet.reviewers == "r0") & (pitch == "1") | (sheet.reviewers == "r1") & (
            pitch == "0"
        )
        places.append(order_bias(sheet, place, seed).p_value)
        families.append(favouritism(sheet, own, seed).p_value)
    assert stats.kstest(places, "uniform").pvalue > 0.001
    assert stats.kstest(families, "uniform").pvalue > 0.001


@given(st.floats(-50, 50), st.integers(0, 50))
def test_a_shift_of_all_scores_changes_no_bias(shift, seed):
    sheet, places = reviews(4, seed)
    moved = ScoreSheet(sheet.scores + shift, sheet.reviewers, sheet.pitches, sheet.weeks)
    assert order_bias(moved, places, 1).slope == pytest.approx(order_bias(sheet, places, 1).slope)
    assert reviewer_profiles(moved)["r1"].severity == pytest.approx(
        reviewer_profiles(sheet)["r1"].severity
    )


def test_nothing_and_equal_scores_have_no_bias_to_show():
    sheet, places = reviews(3)
    same = ScoreSheet(np.full(len(places), 7.0), sheet.reviewers, sheet.pitches, sheet.weeks)
    none = np.zeros(len(places), dtype=bool)
    assert reviewer_profiles(EMPTY) == {}
    assert order_bias(EMPTY, np.array([]), 1).p_value is None
    assert order_bias(same, places, 1).slope is None
    assert favouritism(EMPTY, np.array([], dtype=bool), 1).p_value is None
    assert favouritism(sheet, none, 1).advantage is None
    assert favouritism(same, sheet.reviewers == "r0", 1).advantage is None
    assert favouritism(same, sheet.pitches == "1/2", 1).advantage is None
    assert reviewer_profiles(same)["r0"].spread == 0.0
    with pytest.raises(ValueError, match="finite"):
        ScoreSheet(np.array([np.nan]), *(np.array(["a"]) for _ in range(3)))


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=60))
def test_the_parts_of_the_brier_score_add_up(forecasts):
    said = np.array([one for one, _ in forecasts]) / 10
    came = np.array([one for _, one in forecasts])
    found = brier(said, came)
    assert found.score == pytest.approx(np.mean((said - came) ** 2), abs=1e-9)
    parts = found.reliability - found.resolution + found.uncertainty
    assert found.score == pytest.approx(parts, abs=1e-9)
    assert (found.skill is None) == (came.all() or not came.any())


def test_convictions_become_probabilities_and_a_curve():
    said = conviction_probability(np.array([-2.0, 0.0, 1.0, 2.0]))
    assert said == pytest.approx([0.8, 0.5, 0.65, 0.8])
    edges = np.array([0.5, 0.6, 0.7, 0.8])
    points = reliability_curve(said, np.array([True, False, True, False]), edges)
    assert [(one.count, one.came) for one in points] == [(1, 0.0), (1, 1.0), (2, 0.5)]
    theirs = stats.binomtest(1, 2).proportion_ci(method="wilson")
    assert points[2].interval.low == pytest.approx(theirs.low, abs=1e-9)
    assert reliability_curve(np.array([]), np.array([], dtype=bool), edges) == ()
    assert brier(np.array([]), np.array([], dtype=bool)) is None


def test_agreement_and_kappa_agree_with_pairs_counted_one_by_one():
    votes = np.random.default_rng(1).integers(-1, 2, (15, 4)).astype(float)
    alike = [row[i] == row[j] for row in votes for i in range(4) for j in range(i)]
    chance = sum(np.mean(votes == one) ** 2 for one in (-1, 0, 1))
    assert agreement(votes) == pytest.approx(np.mean(alike), abs=1e-9)
    expected = (np.mean(alike) - chance) / (1 - chance)
    assert fleiss_kappa(votes) == pytest.approx(expected, abs=1e-9)
    correlations = np.corrcoef(votes.T)[np.triu_indices(4, 1)]
    expected = min(4, 4 / (1 + 3 * correlations.mean()))
    assert independent_votes(votes) == (pytest.approx(expected, abs=1e-9), 4)


def test_alarms_sound_for_what_they_are_named_after():
    rng = np.random.default_rng(4)
    free = rng.choice([-1.0, 1.0], (52, 4))
    herd = np.repeat(rng.choice([-1.0, 1.0], (52, 1)), 4, axis=1)
    assert drift(free).alarms == ()
    assert drift(np.ones((52, 4))).alarms == (Alarm.LONG_BIAS, Alarm.HERDING)
    assert drift(-np.ones((52, 4))).alarms == (Alarm.SHORT_BIAS, Alarm.HERDING)
    assert Alarm.HOLD_BIAS in drift(np.zeros((52, 4))).alarms
    assert drift(herd).alarms == (Alarm.HERDING, Alarm.FEW_VOTES)
    assert drift(herd).independent_votes == pytest.approx(1.0)
    assert drift(np.ones((12, 4))).alarms == ()


@given(st.integers(0, 99))
def test_the_order_of_members_and_the_side_do_not_change_a_herd(seed):
    rng = np.random.default_rng(seed)
    votes = rng.choice([-1.0, 0.0, 1.0, np.nan], (14, 4))
    found, mixed = drift(votes), drift(-votes[:, rng.permutation(4)])
    assert mixed.agreement == found.agreement
    assert mixed.kappa == pytest.approx(found.kappa)
    assert mixed.independent_votes == pytest.approx(found.independent_votes)
    if found.long_share is not None:
        assert mixed.long_share == pytest.approx(1 - found.long_share)


@pytest.mark.parametrize("shape", [(0, 4), (5, 0), (0, 0), (5, 1), (20, 4)])
def test_no_votes_have_no_drift(shape):
    found = drift(np.full(shape, np.nan))
    assert (found.weeks, found.long_share, found.hold_share, found.agreement) == (
        0,
        None,
        None,
        None,
    )
    assert (found.kappa, found.independent_votes, found.alarms) == (None, None, ())


def test_the_evidence_meter_names_everything_that_is_missing():
    early = standing(Evidence(12, 19, 0.9))
    assert early.shortfalls == tuple(Shortfall)
    assert (early.weeks_missing, early.trades_missing, early.enough) == (1, 1, False)
    thin = standing(Evidence(13, 20, 0.949))
    assert (thin.enough, thin.ranked, thin.shortfalls) == (True, False, (Shortfall.COVERAGE,))
    assert standing(Evidence(13, 20, 0.95)).ranked
    assert not standing(Evidence(99, 99, None)).ranked
