"""Convictions against what came of them, and directions over time: calibration and drift of a council."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.market import Floats
from core.rules.statistics.calibration import (
    SURE,
    Brier,
    ReliabilityPoint,
    brier,
    conviction_probability,
    reliability_curve,
)
from core.rules.statistics.drift import Drift, drift

EDGES = np.linspace(0.5, SURE, 5)
"""Half a point of conviction each: 0 to 0.5, 0.5 to 1, 1 to 1.5, 1.5 to 2."""
WINDOW = 26
"""Weeks that a drift alarm looks back on."""


@dataclass(frozen=True, slots=True)
class Calibration:
    curve: tuple[ReliabilityPoint, ...]
    brier: Brier | None


@dataclass(frozen=True, slots=True)
class DriftFindings:
    """Of the PMs in the last weeks and in all, and of the chairman in the last weeks."""

    recent: Drift
    whole: Drift
    chairman: Drift


def calibration(convictions: Floats, returns: Floats) -> Calibration:
    """Convictions (n,), −2 to 2, and returns (n,) seen from the idea; NaN and 0 convictions left out."""
    told = np.isfinite(returns) & (convictions != 0)
    said, came = conviction_probability(convictions[told]), returns[told] > 0
    return Calibration(reliability_curve(said, came, EDGES), brier(said, came))


def drift_findings(members: Floats, chairman: Floats) -> DriftFindings:
    """Directions (weeks, members) and (weeks,), oldest first: +1, −1, 0, NaN for no vote."""
    return DriftFindings(
        recent=drift(members[-WINDOW:]),
        whole=drift(members),
        chairman=drift(chairman[-WINDOW:, None]),
    )
