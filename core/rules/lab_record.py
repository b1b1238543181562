"""What the lab may say of its lines: returns with their coverage, differences, verdicts, who is ranked.

All numbers are of one record of the council: the weeks under one chairman's model. A week counts once
the next has begun, for only then are its exits paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from core.market import Floats
from core.rules.lab_picks import (
    BEST,
    CHAIRMAN,
    CONVICTION,
    FIXED,
    FLAT,
    HALVED,
    PLURALITY,
    PM,
    RANDOM,
    SIXTY_FORTY,
    SPY_AVERAGE,
    SPY_FULL,
    WITHOUT,
)
from core.rules.lab_tracks import Track
from core.rules.statistics.blocks import constant
from core.rules.statistics.bootstrap import bootstrap_mean
from core.rules.statistics.evidence import Evidence, Standing, standing
from core.rules.statistics.paired import PairedDifference, PairedRules, compare_weekly
from core.rules.statistics.quantiles import Interval
from core.rules.votes import WeekKind
from core.types import WeekId

SEED = 20_211_119
WEEKS_A_YEAR = 52
RULES = PairedRules(resamples=1_999)
CHOOSERS = (PLURALITY, CONVICTION, BEST, HALVED, FIXED, RANDOM)
BENCHMARKS = (SPY_FULL, SPY_AVERAGE, SIXTY_FORTY, FLAT)
"""Held for comparison: never ranked."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackWeeks:
    """A track in each of n weeks; ``returns`` are fractions, NaN where it had none; counts per week."""

    track: Track
    returns: Floats
    sessions: Floats
    priced: Floats
    closed: Floats


def place(line: str) -> tuple[int, str]:
    """The chairman, other ways to choose, PMs, benchmarks, leave-one-outs: the order of all lists."""
    order = (CHAIRMAN, *CHOOSERS, PM, *BENCHMARKS, WITHOUT)
    kind = next((one for one in (PM, WITHOUT) if line.startswith(one)), line)
    return order.index(kind), line


@dataclass(frozen=True, slots=True, eq=False)
class LabHistory:
    """The weeks of one record of the council, oldest first, and every track in them."""

    weeks: tuple[WeekId, ...]
    kinds: tuple[WeekKind, ...]
    tracks: tuple[TrackWeeks, ...]

    def only(self, kept: Sequence[bool]) -> LabHistory:
        """The same history without the weeks that are not ``kept``."""
        mask = np.array(kept, dtype=bool)
        return LabHistory(
            tuple(week for week, keep in zip(self.weeks, kept, strict=True) if keep),
            tuple(kind for kind, keep in zip(self.kinds, kept, strict=True) if keep),
            tuple(
                TrackWeeks(
                    one.track,
                    *(part[mask] for part in (one.returns, one.sessions, one.priced, one.closed)),
                )
                for one in self.tracks
            ),
        )


@dataclass(frozen=True, slots=True)
class LineRecord:
    """``difference`` is the chairman less this line; ``sharpe`` and ``rank`` only when allowed."""

    track: Track
    total_return: float | None
    standing: Standing
    sharpe: float | None
    rank: int | None
    difference: PairedDifference | None


@dataclass(frozen=True, slots=True)
class KindRecord:
    """Weeks of one kind: mean weekly returns as fractions, and chairman less vote with its interval."""

    kind: WeekKind
    weeks: int
    chairman: float | None
    vote: float | None
    difference: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class LabRecord:
    """``headline``: chairman less plurality vote. ``without``: vote less the vote without that PM."""

    weeks: int
    council: Standing
    headline: PairedDifference | None
    lines: tuple[LineRecord, ...]
    kinds: tuple[KindRecord, ...]
    without: Mapping[str, PairedDifference]


def lab_record(history: LabHistory) -> LabRecord:
    """Everything at once: one family of tests for all rivals of the chairman, one for the PMs' parts."""
    known = {one.track.key: one for one in history.tracks}
    standings = {key: _standing(one, len(history.weeks)) for key, one in known.items()}
    council = standings.get(CHAIRMAN, standing(Evidence(0, 0, None)))
    rivals = {key: one for key, one in known.items() if _is_rival(one.track.line)}
    differences = _compared(known.get(CHAIRMAN), rivals, council)
    ranks = _ranks(known, standings)
    shown = [key for key, one in known.items() if not one.track.line.startswith(WITHOUT)]
    return LabRecord(
        weeks=len(history.weeks),
        council=council,
        headline=differences.get(PLURALITY),
        lines=tuple(
            LineRecord(
                track=known[key].track,
                total_return=_total(known[key].returns),
                standing=standings[key],
                sharpe=_sharpe(known[key].returns) if standings[key].enough else None,
                rank=ranks.get(key),
                difference=differences.get(key),
            )
            for key in shown
        ),
        kinds=tuple(_kind(history, known, kind) for kind in WeekKind),
        without=_without(known, standings),
    )


def _is_rival(line: str) -> bool:
    return line != CHAIRMAN and not line.startswith(WITHOUT)


def _standing(one: TrackWeeks, weeks: int) -> Standing:
    """Coverage: weeks it has a return in, times the share of their sessions with all prices."""
    known = np.isfinite(one.returns)
    sessions = float(np.sum(one.sessions[known]))
    share = float(np.sum(one.priced[known])) / sessions if sessions else None
    covered = None if share is None else share * int(np.sum(known)) / weeks
    return standing(Evidence(int(np.sum(known)), int(np.sum(one.closed[known])), covered))


def _compared(
    chairman: TrackWeeks | None, rivals: Mapping[str, TrackWeeks], council: Standing
) -> dict[str, PairedDifference]:
    if chairman is None:
        return {}
    returns = {key: one.returns for key, one in rivals.items()}
    closed = council.evidence.closed_trades
    return compare_weekly(chairman.returns, returns, closed, SEED, RULES)


def _without(
    known: Mapping[str, TrackWeeks], standings: Mapping[str, Standing]
) -> dict[str, PairedDifference]:
    vote = known.get(PLURALITY)
    if vote is None:
        return {}
    others = {key: one.returns for key, one in known.items() if one.track.line.startswith(WITHOUT)}
    closed = standings[PLURALITY].evidence.closed_trades
    return compare_weekly(vote.returns, others, closed, SEED, RULES)


def _ranks(known: Mapping[str, TrackWeeks], standings: Mapping[str, Standing]) -> dict[str, int]:
    """By total return, of lines that may be ranked; benchmarks and leave-one-outs never are."""
    ranked = {
        key: _total(one.returns) or 0.0
        for key, one in known.items()
        if standings[key].ranked
        and one.track.line not in BENCHMARKS
        and not one.track.line.startswith(WITHOUT)
    }
    return dict(zip(sorted(ranked, key=lambda key: -ranked[key]), count(1), strict=False))


def _kind(history: LabHistory, known: Mapping[str, TrackWeeks], kind: WeekKind) -> KindRecord:
    mask = np.array([one is kind for one in history.kinds], dtype=bool)
    if CHAIRMAN not in known or PLURALITY not in known:
        return KindRecord(kind, int(np.sum(mask)), None, None, None, None)
    chairman, vote = known[CHAIRMAN].returns[mask], known[PLURALITY].returns[mask]
    both = np.isfinite(chairman) & np.isfinite(vote)
    gap = (chairman - vote)[both]
    drawn = bootstrap_mean(gap, SEED, RULES.resamples)
    return KindRecord(
        kind=kind,
        weeks=len(gap),
        chairman=_mean(chairman[both]),
        vote=_mean(vote[both]),
        difference=_mean(gap),
        interval=None if drawn is None else drawn.interval(),
    )


def _mean(values: Floats) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _total(returns: Floats) -> float | None:
    known = returns[np.isfinite(returns)]
    return float(np.prod(1 + known) - 1) if len(known) else None


def _sharpe(returns: Floats) -> float | None:
    """Of weekly returns, a year of 52, risk-free rate 0; None without variance."""
    known = returns[np.isfinite(returns)]
    if constant(known):
        return None
    return float(np.mean(known) / np.std(known, ddof=1) * np.sqrt(WEEKS_A_YEAR))
