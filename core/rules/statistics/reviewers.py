"""Each reviewer by its own scores: how severe, how spread, how like itself when asked again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.market import Floats
from core.rules.statistics.sheets import Labels, ScoreSheet


@dataclass(frozen=True, slots=True)
class ReviewerProfile:
    """Points of 1 to 10; None where there is too little.

    severity     mean of the others' score of the same pitch less its own: above 0 is stricter
    spread       sample deviation of its scores: near 0 says everything is alike
    consistency  intraclass correlation of its repeated scores of one pitch, 1 is always the same
    repeated     pitches it scored more than once (reruns)
    """

    reviews: int
    mean: float
    severity: float | None
    spread: float | None
    consistency: float | None
    repeated: int


def reviewer_profiles(sheet: ScoreSheet) -> dict[str, ReviewerProfile]:
    """One profile for each reviewer, by name."""
    against = sheet.against_others()
    return {
        str(name): _profile(sheet, against, sheet.reviewers == name)
        for name in np.unique(sheet.reviewers)
    }


def self_consistency(scores: Floats, pitches: Labels) -> float | None:
    """ICC(1) of one reviewer's scores (n,) of pitches (n,), over the pitches scored repeatedly.

    (MSB − MSW) / (MSB + (k₀ − 1) MSW) of a one-way analysis of variance (Shrout and Fleiss,
    Psychological Bulletin 86, 1979), k₀ for unequal numbers of repeats. Needs two such pitches;
    None without any variance. Can be below 0: less alike than strangers.
    """
    pitch, count = np.unique(pitches, return_inverse=True, return_counts=True)[1:]
    twice = count[pitch] >= 2
    scores, group = scores[twice], np.unique(pitch[twice], return_inverse=True)[1]
    sizes = np.bincount(group)
    if len(sizes) < 2:
        return None
    means = np.bincount(group, scores) / sizes
    between = float(np.sum(sizes * (means - np.mean(scores)) ** 2)) / (len(sizes) - 1)
    within = float(np.sum((scores - means[group]) ** 2)) / (len(scores) - len(sizes))
    repeats = (len(scores) - float(np.sum(sizes**2)) / len(scores)) / (len(sizes) - 1)
    whole = between + (repeats - 1) * within
    return (between - within) / whole if whole > 1e-12 else None


def _profile(sheet: ScoreSheet, against: Floats, his: np.ndarray) -> ReviewerProfile:
    scores, pitches = sheet.scores[his], sheet.pitches[his]
    compared = against[his][np.isfinite(against[his])]
    return ReviewerProfile(
        reviews=len(scores),
        mean=float(np.mean(scores)),
        severity=-float(np.mean(compared)) if len(compared) else None,
        spread=float(np.std(scores, ddof=1)) if len(scores) >= 2 else None,
        consistency=self_consistency(scores, pitches),
        repeated=int(np.count_nonzero(np.unique(pitches, return_counts=True)[1] >= 2)),
    )
