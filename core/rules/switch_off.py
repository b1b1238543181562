"""When a strategy is switched off without being asked: too long behind its benchmark, or too far down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from core.strategy import SwitchOffRule
from core.types import week_of


@dataclass(frozen=True, slots=True)
class Valued:
    """A strategy at one session's close: time-weighted ``growth`` since it began (1 at the start).

    ``benchmark`` is the benchmark's price (USD, dividends in it as in every mark), None if unknown.
    """

    session: date
    growth: float
    benchmark: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """``weeks_behind`` in a row up to now; ``return_pct`` per cent since ``since``."""

    weeks_behind: int
    return_pct: float
    since: date | None


def standing(closes: Sequence[Valued], since: date | None = None) -> Standing:
    """Where a strategy stands at its newest close; ``closes`` in order of session.

    Everything counts from when it began or, with ``since``, from the newest close before that day: a
    person who switches it on again gives it a new trial. A week that lacks a price of the benchmark
    at either end is left out: it is neither behind nor ahead.
    """
    before = [] if since is None else [one for one in closes if one.session < since]
    tried = closes[max(len(before) - 1, 0) :]
    if not tried:
        return Standing(0, 0.0, since)
    base = before[-1].growth if before else 1.0
    grown = round((tried[-1].growth / base - 1) * 100, 6) if base > 0 else 0.0
    began = before[-1].session if before else tried[0].session
    return Standing(_behind(tried), grown, began)


def verdict(rule: SwitchOffRule, found: Standing, benchmark: str) -> str | None:
    """Why the rule switches it off, with its numbers; None while it does not."""
    if found.weeks_behind >= rule.weeks_behind:
        return (
            f"behind {benchmark} for {found.weeks_behind} weeks in a row; "
            f"{rule.weeks_behind} switch it off"
        )
    if found.return_pct < rule.return_below_pct:
        return (
            f"a return of {found.return_pct:+.2f} % since {found.since}; "
            f"below {rule.return_below_pct:+.2f} % switches it off"
        )
    return None


def _behind(closes: Sequence[Valued]) -> int:
    """How many of the newest weeks in a row earned less than the benchmark."""
    ends: dict[str, Valued] = {str(week_of(one.session)): one for one in closes}
    points = [closes[0], *ends.values()]
    weeks = 0
    for first, last in reversed(list(pairwise(points))):
        same = first.session == last.session
        if same or not first.benchmark or not last.benchmark or first.growth <= 0:
            continue
        if last.growth / first.growth >= last.benchmark / first.benchmark:
            break
        weeks += 1
    return weeks
