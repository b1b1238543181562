"""Which backups are kept: the newest of each of the last days, weeks and months that have one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days, ISO weeks and months back a backup is kept for each; at least one day."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def kept(days: Iterable[date], policy: Retention) -> frozenset[date]:
    """The days whose backup stays; the newest always does.

    Counted are the days, weeks and months that have a backup, not those that have passed: after an
    outage, or under a clock that jumped ahead, nothing is lost that would have been kept before.
    Done every night, or once after a year, it keeps the same.
    """
    newest_first = sorted(set(days), reverse=True)
    return frozenset(
        _newest_of_each(newest_first, lambda day: day, max(policy.daily, 1))
        | _newest_of_each(newest_first, lambda day: tuple(day.isocalendar())[:2], policy.weekly)
        | _newest_of_each(newest_first, lambda day: (day.year, day.month), policy.monthly)
    )


def _newest_of_each(
    newest_first: Iterable[date], period: Callable[[date], object], count: int
) -> set[date]:
    found: dict[object, date] = {}
    for day in newest_first:
        if len(found) < count or period(day) in found:
            found.setdefault(period(day), day)
    return set(found.values())
