"""The council's reviewers measured: severity, self-consistency, what scores foretell, order, favour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.market import Floats
from core.rules.statistics.bias import Favouritism, OrderBias, favouritism, order_bias
from core.rules.statistics.information import InformationCoefficient, information_coefficients
from core.rules.statistics.reviewers import ReviewerProfile, reviewer_profiles
from core.rules.statistics.sheets import Labels, ScoreSheet

SEED = 20_211_119
MEAN = "mean"


@dataclass(frozen=True, slots=True, eq=False)
class ReviewTable:
    """n reviews; labels (n,), ``places`` from 1 and ``scores`` by name (n,); ``own`` family or not.

    ``repeats`` are further scores of the same pitches by the same reviewers: mean of the seven.
    """

    weeks: Labels
    reviewers: Labels
    pitches: Labels
    places: Floats
    scores: Mapping[str, Floats]
    own: NDArray[np.bool_]
    repeats: ScoreSheet

    @property
    def sheet(self) -> ScoreSheet:
        """Mean of the seven scores of each review."""
        return ScoreSheet(self.mean, self.reviewers, self.pitches, self.weeks)

    @property
    def mean(self) -> Floats:
        mean: Floats = np.mean(np.array(list(self.scores.values())), axis=0)
        return mean


@dataclass(frozen=True, slots=True)
class ReviewFindings:
    """``coefficients`` by name of the score, the mean of all first."""

    profiles: Mapping[str, ReviewerProfile]
    coefficients: Mapping[str, InformationCoefficient]
    order: OrderBias
    favour: Favouritism


def review_findings(table: ReviewTable, returns: Mapping[str, float]) -> ReviewFindings:
    """``returns`` by pitch: a fraction seen from the pitch; FLAT ones and those without are absent."""
    sheet = table.sheet
    return ReviewFindings(
        profiles=_profiles(table),
        coefficients=_coefficients(table, returns),
        order=order_bias(sheet, table.places, SEED),
        favour=favouritism(sheet, table.own, SEED),
    )


def _profiles(table: ReviewTable) -> Mapping[str, ReviewerProfile]:
    """Of the official reviews, with self-consistency over these and their repeats."""
    again, sheet = table.repeats, table.sheet
    alone = reviewer_profiles(sheet)
    if not len(again.scores):
        return alone
    both = ScoreSheet(
        np.concatenate((sheet.scores, again.scores)),
        np.concatenate((sheet.reviewers, again.reviewers)),
        np.concatenate((sheet.pitches, again.pitches)),
        np.concatenate((sheet.weeks, again.weeks)),
    )
    asked = reviewer_profiles(both)
    return {
        name: ReviewerProfile(
            one.reviews,
            one.mean,
            one.severity,
            one.spread,
            asked[name].consistency,
            asked[name].repeated,
        )
        for name, one in alone.items()
    }


def _coefficients(
    table: ReviewTable, returns: Mapping[str, float]
) -> Mapping[str, InformationCoefficient]:
    """Each pitch once: the mean over its reviewers of each score, against what it brought."""
    pitches, first, number = np.unique(table.pitches, return_index=True, return_inverse=True)
    sizes = np.bincount(number, minlength=len(pitches))
    means = {
        name: np.bincount(number, score, minlength=len(pitches)) / sizes
        for name, score in {MEAN: table.mean, **table.scores}.items()
    }
    brought = np.array([returns.get(str(one), np.nan) for one in pitches], dtype=np.float64)
    weeks = np.unique(table.weeks[first], return_inverse=True)[1]
    return information_coefficients(means, brought, weeks, SEED)
