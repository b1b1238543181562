"""Who picks well: each picker's suggestions by what they brought, with intervals, beside the targets.

Suggestions of one day share its market, and returns over h sessions overlap for h days: whatever is
estimated is a ratio of sums over days, and its interval comes from blocks of at least h days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from core.market import Floats
from core.rules.performance import SESSIONS_A_YEAR
from core.rules.statistics.blocks import constant
from core.rules.statistics.bootstrap import bootstrap_mean
from core.rules.statistics.quantiles import Interval
from core.schemas.suggestion import Picker

SEED = 20_260_101
RESAMPLES = 999
FEWEST_DAYS = 20
"""Below this an information ratio is noise."""
MAIN_HORIZON = 5
SINGLE = (Picker.METRIC, Picker.FUZZY, Picker.LLM)


@dataclass(frozen=True, slots=True)
class DayTally:
    """One picker's suggestions of one day over one horizon; each symbol counts once a day.

    ``counted`` have a return that stands in averages (``wins`` above 0, ``returned`` their sum, a
    fraction each, ``net`` the same after the costs of buying and selling), ``against`` of them one
    against the benchmark (``excess`` the sum). ``delisted`` are counted, at their last price;
    ``holes``, ``no_entry`` and ``splits`` are not.
    """

    day: date
    picker: Picker
    horizon: int
    suggested: int
    counted: int
    wins: int
    returned: float
    net: float
    against: int
    excess: float
    traded: int
    delisted: int = 0
    holes: int = 0
    no_entry: int = 0
    splits: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or a mean return, as a fraction; interval 95 %, None while there are too few days."""

    value: float | None
    interval: Interval | None


class Reached(StrEnum):
    YES = "reached"
    NO = "not reached"
    TOO_EARLY = "too early"


@dataclass(frozen=True, slots=True)
class Target:
    """``value`` has to be above ``least``; the word follows the interval, not the value."""

    name: str
    value: float | None
    interval: Interval | None
    least: float

    @property
    def reached(self) -> Reached:
        if self.interval is None or (self.interval.low <= self.least < self.interval.high):
            return Reached.TOO_EARLY
        return Reached.YES if self.interval.low > self.least else Reached.NO


@dataclass(frozen=True, slots=True)
class PickerRecord:
    """One picker over one horizon. ``information_ratio`` is a year's, of one-session excess returns."""

    picker: Picker
    horizon: int
    days: int
    suggested: int
    counted: int
    hit_rate: Estimate
    mean: Estimate
    excess: Estimate
    traded: Estimate
    information_ratio: float | None
    delisted: int
    holes: int
    no_entry: int
    splits: int


def records(
    tallies: Iterable[DayTally], seed: int = SEED
) -> dict[tuple[Picker, int], PickerRecord]:
    """By picker and horizon, whatever there is a suggestion of."""
    sorted_days = _by_picker(tallies)
    return {key: _record(key, days, seed) for key, days in sorted_days.items()}


def ratio(tops: Floats, bottoms: Floats, block: int, seed: int = SEED) -> Estimate:
    """Sum of ``tops`` (days,) over the sum of ``bottoms``; ``block`` days are taken together at least.

    The interval is the bootstrap's of the ratio's influence values, a block each (delta method).
    """
    total = float(np.sum(bottoms))
    if total <= 0:
        return Estimate(None, None)
    value = float(np.sum(tops)) / total
    return Estimate(value, _interval(value, _influence(tops, bottoms, block), seed))


def targets(tallies: Sequence[DayTally], seed: int = SEED) -> tuple[Target, ...]:
    """The four targets at five sessions, of the ensemble."""
    found = records([one for one in tallies if one.horizon == MAIN_HORIZON], seed)
    own = found.get((Picker.ENSEMBLE, MAIN_HORIZON))
    nothing = Estimate(None, None)
    wins, traded, mean = (
        (own.hit_rate, own.traded, own.mean) if own else (nothing, nothing, nothing)
    )
    edge = ensemble_edge(tallies, seed)
    return (
        Target("win rate", wins.value, wins.interval, 0.55),
        Target("suggestion to trade", traded.value, traded.interval, 0.30),
        Target("five-session return", mean.value, mean.interval, 0.01),
        Target("ensemble beyond 110 % of the best picker", edge.value, edge.interval, 0.0),
    )


def best_single(tallies: Sequence[DayTally]) -> Picker | None:
    """The picker with the highest mean five-session return, the ensemble aside.

    Chosen by hindsight on the same days: the ensemble is compared with more than anybody could pick.
    """
    found = {
        picker: record.mean.value
        for (picker, horizon), record in records(tallies).items()
        if horizon == MAIN_HORIZON and picker in SINGLE and record.mean.value is not None
    }
    return max(found, key=lambda one: found[one]) if found else None


def ensemble_edge(tallies: Sequence[DayTally], seed: int = SEED) -> Estimate:
    """The ensemble's mean five-session return less the best picker's and a tenth of its size."""
    best = best_single(tallies)
    days = _by_picker(one for one in tallies if one.horizon == MAIN_HORIZON)
    ours = days.get((Picker.ENSEMBLE, MAIN_HORIZON))
    if best is None or ours is None:
        return Estimate(None, None)
    dates = sorted({one.day for one in ours} | {one.day for one in days[best, MAIN_HORIZON]})
    whole, single = (_sums(each, dates) for each in (ours, days[best, MAIN_HORIZON]))
    if whole[1].sum() <= 0:
        return Estimate(None, None)
    mean, other = (float(tops.sum() / bottoms.sum()) for tops, bottoms in (whole, single))
    slope = 1 + 0.1 * float(np.sign(other))
    value = mean - slope * other
    spread = _influence(*whole, MAIN_HORIZON) - slope * _influence(*single, MAIN_HORIZON)
    return Estimate(value, _interval(value, spread, seed))


def _by_picker(tallies: Iterable[DayTally]) -> dict[tuple[Picker, int], list[DayTally]]:
    found: dict[tuple[Picker, int], list[DayTally]] = {}
    for one in sorted(tallies, key=lambda one: one.day):
        found.setdefault((one.picker, one.horizon), []).append(one)
    return found


def _record(key: tuple[Picker, int], days: Sequence[DayTally], seed: int) -> PickerRecord:
    picker, horizon = key
    columns = _columns(days)
    return PickerRecord(
        picker=picker,
        horizon=horizon,
        days=len(days),
        suggested=sum(one.suggested for one in days),
        counted=sum(one.counted for one in days),
        hit_rate=ratio(columns["wins"], columns["counted"], horizon, seed),
        mean=ratio(columns["returned"], columns["counted"], horizon, seed),
        excess=ratio(columns["excess"], columns["against"], horizon, seed),
        traded=ratio(columns["traded"], columns["suggested"], horizon, seed),
        information_ratio=information_ratio(days) if horizon == 1 else None,
        delisted=sum(one.delisted for one in days),
        holes=sum(one.holes for one in days),
        no_entry=sum(one.no_entry for one in days),
        splits=sum(one.splits for one in days),
    )


def information_ratio(days: Sequence[DayTally]) -> float | None:
    """Mean over sample deviation of the days' mean excess returns, times √252; needs 20 days."""
    means = np.array([one.excess / one.against for one in days if one.against])
    if len(means) < FEWEST_DAYS or constant(means):
        return None
    return float(np.mean(means) / np.std(means, ddof=1) * np.sqrt(SESSIONS_A_YEAR))


def _columns(days: Sequence[DayTally]) -> Mapping[str, Floats]:
    names = ("wins", "counted", "returned", "excess", "against", "traded", "suggested")
    return {name: np.array([float(getattr(one, name)) for one in days]) for name in names}


def _sums(days: Sequence[DayTally], dates: Sequence[date]) -> tuple[Floats, Floats]:
    """Summed returns and how many, of each date; zeros where the picker was silent."""
    by_day = {one.day: one for one in days}
    told = [by_day.get(day) for day in dates]
    return (
        np.array([one.returned if one else 0.0 for one in told]),
        np.array([float(one.counted) if one else 0.0 for one in told]),
    )


def _influence(tops: Floats, bottoms: Floats, block: int) -> Floats:
    """What each block of days adds to the ratio of the sums: (blocks,), of mean 0."""
    starts = np.arange(0, len(tops), block)
    top, bottom = np.add.reduceat(tops, starts), np.add.reduceat(bottoms, starts)
    value = top.sum() / bottom.sum()
    spread: Floats = (top - value * bottom) / bottom.mean()
    return spread


def _interval(value: float, spread: Floats, seed: int) -> Interval | None:
    mean = bootstrap_mean(value + spread, seed, RESAMPLES)
    return None if mean is None else mean.interval()
