"""Drift of a council: always long, always out, all alike, and how many independent votes are left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np

from core.market import Floats
from core.rules.statistics.blocks import constant
from core.rules.statistics.quantiles import wilson

FEWEST_WEEKS = 13


class Alarm(StrEnum):
    LONG_BIAS = "nearly always long"
    SHORT_BIAS = "nearly always short"
    HOLD_BIAS = "mostly out of the market"
    HERDING = "members vote alike"
    FEW_VOTES = "few independent votes"


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """Shares 0 to 1; an alarm sounds when the 95 % interval's lower end reaches its share.

    ``votes`` is a share of the members: fewer independent votes than this of them is an alarm.
    """

    one_sided: float = 0.75
    hold: float = 0.5
    agreement: float = 0.75
    votes: float = 0.5


DEFAULT_LIMITS = DriftLimits()


@dataclass(frozen=True, slots=True)
class Drift:
    """Shares 0 to 1 of the window; None where there is nothing to count.

    long_share         long ÷ (long + short)
    hold_share         flat ÷ all votes
    agreement          pairs of members with the same direction in the same week ÷ all such pairs
    kappa              Fleiss' kappa: agreement beyond what the shares of directions give by chance
    independent_votes  of ``voters``, the members whose direction varied
    """

    weeks: int
    long_share: float | None
    hold_share: float | None
    agreement: float | None
    kappa: float | None
    independent_votes: float | None
    voters: int
    alarms: tuple[Alarm, ...]


def drift(directions: Floats, limits: DriftLimits = DEFAULT_LIMITS) -> Drift:
    """Of directions (weeks, members) +1 long, −1 short, 0 flat, NaN no vote: give the window.

    No alarm before 13 weeks with a vote. Intervals treat weeks, not votes, as the trials: members
    who vote alike are one witness.
    """
    voted = np.isfinite(directions)
    weeks = int(np.count_nonzero(np.any(voted, axis=1)))
    sided = int(np.count_nonzero(voted & (directions != 0)))
    votes, voters = independent_votes(directions)
    found = Drift(
        weeks,
        _share(int(np.count_nonzero(directions > 0)), sided),
        _share(int(np.count_nonzero(directions == 0)), int(np.count_nonzero(voted))),
        agreement(directions),
        fleiss_kappa(directions),
        votes,
        voters,
        (),
    )
    return replace(found, alarms=_alarms(found, limits)) if weeks >= FEWEST_WEEKS else found


def agreement(directions: Floats) -> float | None:
    """Mean over all pairs of members who both voted; None without such a pair."""
    counts = _counts(directions)
    total = np.sum(counts, axis=1)
    pairs = float(np.sum(total * (total - 1)))
    return float(np.sum(counts * (counts - 1))) / pairs if pairs else None


def fleiss_kappa(directions: Floats) -> float | None:
    """Fleiss, Psychological Bulletin 76 (1971), over the weeks in which everybody voted.

    None without two members, or when all ever voted the same: then agreement says nothing.
    """
    complete = _counts(directions[np.all(np.isfinite(directions), axis=1)])
    members = directions.shape[1]
    if members < 2 or not len(complete):
        return None
    shares = np.sum(complete, axis=0) / np.sum(complete)
    chance = float(np.sum(shares**2))
    seen = float(np.mean(np.sum(complete * (complete - 1), axis=1) / (members * (members - 1))))
    return (seen - chance) / (1 - chance) if chance < 1 else None


def independent_votes(directions: Floats) -> tuple[float | None, int]:
    """How many votes that move apart: n / (1 + (n − 1) r̄); and n, the members that vary.

    r̄ is the mean correlation of their directions: the mean of n such votes is as sure as one of
    that many independent ones (Kish, Survey Sampling, 1965). At least 1 and at most n. Members who
    never change carry nothing and are not counted; None below two that vary.
    """
    varying = [
        column
        for column in directions.T
        if np.any(np.isfinite(column)) and not constant(column[np.isfinite(column)])
    ]
    correlations = [_correlation(a, b) for a, b in combinations(varying, 2)]
    known = [one for one in correlations if one is not None]
    if not known:
        return None, len(varying)
    count = len(varying)
    together = 1 + (count - 1) * max(0.0, float(np.mean(known)))
    return count / together, count


def _counts(directions: Floats) -> Floats:
    """How many voted short, flat, long each week: (weeks, 3)."""
    return np.stack([np.sum(directions == one, axis=1) for one in (-1, 0, 1)], axis=1).astype(float)


def _correlation(left: Floats, right: Floats) -> float | None:
    both = np.isfinite(left) & np.isfinite(right)
    if constant(left[both]) or constant(right[both]):
        return None
    return float(np.corrcoef(left[both], right[both])[0, 1])


def _alarms(found: Drift, limits: DriftLimits) -> tuple[Alarm, ...]:
    long = found.long_share
    shares = {
        Alarm.LONG_BIAS: (long, limits.one_sided),
        Alarm.SHORT_BIAS: (None if long is None else 1 - long, limits.one_sided),
        Alarm.HOLD_BIAS: (found.hold_share, limits.hold),
        Alarm.HERDING: (found.agreement, limits.agreement),
    }
    alarms = [alarm for alarm, (share, most) in shares.items() if _above(share, found.weeks, most)]
    few = found.independent_votes is not None and (
        found.independent_votes < limits.votes * found.voters
    )
    return (*alarms, Alarm.FEW_VOTES) if few else tuple(alarms)


def _above(share: float | None, weeks: int, most: float) -> bool:
    interval = None if share is None else wilson(share * weeks, weeks)
    return interval is not None and interval.low >= most


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
