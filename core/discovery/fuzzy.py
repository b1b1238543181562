"""The fuzzy picker: four partial scores 0-1, weighted over what is known.

An unknown part is stated and left out of the mean; where too little is known, nothing is picked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.facts import NO_SECTOR, Facts
from core.discovery.measures import Measures
from core.discovery.metric import history_notes
from core.discovery.panel import Panel
from core.discovery.settings import FuzzyScores, Trapezoid
from core.discovery.verdicts import Verdicts
from core.market import Floats
from core.schemas.suggestion import Picker

PARTS = ("liquidity", "volatility", "momentum", "sector")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the strategy holds: share of equity by symbol and by sector (`NO_SECTOR` for the unknown)."""

    shares: Mapping[str, float] = field(default_factory=dict)
    sectors: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, shares: Mapping[str, float], facts: Facts) -> Holdings:
        """By the sectors that are known."""
        sectors: dict[str, float] = {}
        for symbol, share in shares.items():
            sector = facts.of(symbol).sector or NO_SECTOR
            sectors[sector] = sectors.get(sector, 0.0) + share
        return cls(shares, sectors)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What similar past trades do to a score: the signed change, and why in words."""

    change: float
    reason: str


def pick_fuzzy(
    panel: Panel, measures: Measures, facts: Facts, holdings: Holdings, settings: FuzzyScores
) -> Verdicts:
    """Scores over the whole market; a symbol without a bar of the newest session is never picked."""
    parts = partial_scores(panel, measures, facts, holdings, settings)
    score, known = weighted(parts, settings)
    fresh = (measures.bars.stale == 0) & (measures.bars.count >= measures.needed)
    eligible = fresh & (known >= settings.known_weight - 1e-9)
    return Verdicts(
        picker=Picker.FUZZY,
        symbols=panel.symbols,
        picked=eligible & (score >= settings.threshold),
        eligible=eligible,
        score=score,
        parts=parts,
        say=_Sayings(parts, known, fresh, measures, settings).of,
    )


def partial_scores(
    panel: Panel, measures: Measures, facts: Facts, holdings: Holdings, settings: FuzzyScores
) -> dict[str, Floats]:
    """The four parts; NaN where unknown. Both halves of volatility must be known, momentum one."""
    rsi = trapezoid(measures.rsi_14, settings.rsi)
    realised = trapezoid(measures.volatility_20, settings.realised)
    month = trapezoid(measures.distance_sma_20, settings.distance)
    quarter = trapezoid(measures.distance_sma_50, settings.distance)
    return {
        "liquidity": np.clip(measures.relative_volume / settings.relative_volume, 0, 1),
        "volatility": (rsi + realised) / 2,
        "momentum": np.where(np.isnan(quarter), month, (month + quarter) / 2),
        "sector": _sector_room(panel, facts, holdings, settings),
    }


def weighted(parts: Mapping[str, Floats], settings: FuzzyScores) -> tuple[Floats, Floats]:
    """The mean of the known parts by weight (0 where none is), and the share of weight known."""
    weights = np.array([getattr(settings, name) for name in PARTS])
    values = np.stack([parts[name] for name in PARTS])
    there = ~np.isnan(values)
    known = weights @ there / weights.sum()
    total = weights @ np.where(there, values, 0.0) / weights.sum()
    return np.where(known > 0, total / np.where(known > 0, known, 1), 0.0), known


def trapezoid(values: Floats, points: Trapezoid) -> Floats:
    """Membership: 0 outside the first and fourth point, 1 between the middle two, NaN stays NaN."""
    first, second, third, fourth = points
    rising = (values - first) / (second - first) if second > first else _step(values >= first)
    falling = (fourth - values) / (fourth - third) if fourth > third else _step(values <= fourth)
    score = np.clip(np.minimum(rising, falling), 0, 1)
    return np.asarray(np.where(np.isnan(values), np.nan, score))


def _step(inside: Bools) -> Floats:
    return inside.astype(np.float64)


def adjusted(
    verdicts: Verdicts, adjustments: Mapping[str, Adjustment], settings: FuzzyScores
) -> Verdicts:
    """The scores moved by what similar trades did; a pick may be won or lost by it, and says so."""
    rows = {
        row: adjustments[name] for row, name in enumerate(verdicts.symbols) if name in adjustments
    }
    score = verdicts.score.copy()
    for row, found in rows.items():
        score[row] = min(max(score[row] + found.change, 0.0), 1.0)

    def say(row: int) -> tuple[list[str], list[str]]:
        reasons, unknown = verdicts.say(row)
        extra = [rows[row].reason] if row in rows else []
        return [*reasons, *extra], [*unknown]

    return Verdicts(
        picker=verdicts.picker,
        symbols=verdicts.symbols,
        picked=verdicts.eligible & (score >= settings.threshold),
        eligible=verdicts.eligible,
        score=score,
        parts=verdicts.parts,
        say=say,
    )


def _sector_room(panel: Panel, facts: Facts, holdings: Holdings, settings: FuzzyScores) -> Floats:
    """1 where nothing of the sector is held, 0 at ``sector_share`` of equity; unknown sector: NaN."""
    room = {
        sector: 1 - min(share / settings.sector_share, 1.0)
        for sector, share in holdings.sectors.items()
    }
    sectors = [facts.of(symbol).sector for symbol in panel.symbols]
    return np.array(
        [
            np.nan if sector in (None, NO_SECTOR) else room.get(str(sector), 1.0)
            for sector in sectors
        ]
    )


@dataclass(frozen=True, slots=True)
class _Sayings:
    parts: Mapping[str, Floats]
    known: Floats
    fresh: Bools
    measures: Measures
    settings: FuzzyScores

    def of(self, row: int) -> tuple[list[str], list[str]]:
        shown = {
            "relative volume {:.2f}": self.measures.relative_volume,
            "RSI {:.0f}": self.measures.rsi_14,
            "volatility {:.0%}": self.measures.volatility_20,
            "{:+.1%} from SMA 20": self.measures.distance_sma_20,
            "{:+.1%} from SMA 50": self.measures.distance_sma_50,
        }
        reasons = [
            words.format(values[row]) for words, values in shown.items() if np.isfinite(values[row])
        ]
        if not self.fresh[row]:
            reasons.insert(0, "not picked: too few bars, or none of the newest session")
        unknown = [f"{name}: unknown" for name in PARTS if np.isnan(self.parts[name][row])]
        if self.known[row] < self.settings.known_weight:
            unknown.append(f"only {self.known[row]:.0%} of the weights are known: not picked")
        return reasons, [*unknown, *history_notes(self.measures, row)]
