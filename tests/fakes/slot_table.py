"""The table of slots, derived a second time: from exchange_calendars and zoneinfo, not from ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import exchange_calendars

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
NEW_YORK = ZoneInfo("America/New_York")
A_WEEK = timedelta(days=7)
HALF_DAYS = {
    *(date(2024, 7, 3), date(2024, 11, 29), date(2024, 12, 24)),
    *(date(2025, 7, 3), date(2025, 11, 28), date(2025, 12, 24)),
    *(date(2026, 11, 27), date(2026, 12, 24)),
    date(2027, 11, 26),
}
DAILY = (("health", 6, 30), ("reconcile", 7, 0), ("nightly", 20, 0))


class Due(NamedTuple):
    """When (UTC), and whether it is there only to be skipped."""

    at: datetime
    skipped: bool = False


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), NEW_YORK).astimezone(UTC)


def independent(first: date = FIRST, last: date = LAST) -> dict[str, Due]:
    """Key → due, of every session from ``first`` to ``last`` within 2024 to 2027."""
    table: dict[str, Due] = {}
    for day in sessions():
        if first <= day <= last:
            table |= _of_day(day)
    table |= {key: Due(at) for key, at in _of_weeks() if first <= at.date() <= last}
    return table


def independent_upkeep(first: date = FIRST, last: date = LAST) -> dict[str, Due]:
    """What a running desk does beside trading: its health, broker, breaker and backup."""
    table: dict[str, Due] = {}
    for day in sessions():
        if first <= day <= last:
            table |= {f"{job}/{day}/daily": Due(wall(day, *at)) for job, *at in DAILY}
            table[f"breaker/{day}/daily"] = Due(closes(day) + timedelta(minutes=20))
            table[f"forward_returns/{day}/daily"] = Due(closes(day) + timedelta(minutes=25))
            table[f"memory/{day}/daily"] = Due(closes(day) + timedelta(minutes=30))
    return table


@cache
def sessions() -> tuple[date, ...]:
    """Of 2024 to 2027; AssertionError when the early closes are not those on the exchange's page."""
    exchange = exchange_calendars.get_calendar("XNYS", start="2023-12-01", end="2028-01-31")
    early = {stamp.date() for stamp in exchange.early_closes}
    assert {day for day in early if FIRST <= day <= LAST} == HALF_DAYS
    return tuple(stamp.date() for stamp in exchange.sessions_in_range(str(FIRST), str(LAST)))


def closes(day: date) -> datetime:
    return wall(day, 13 if day in HALF_DAYS else 16)


def _of_day(day: date) -> dict[str, Due]:
    table: dict[str, Due] = {}
    for hour, minute in ((9, 0), (12, 0), (14, 0), (15, 50)):
        at = wall(day, hour, minute)
        table[f"checkpoint/{day}/{hour:02}:{minute:02}"] = Due(at, at >= closes(day))
    table[f"fills/{day}/open"] = Due(wall(day, 9, 35))
    table[f"fills/{day}/close"] = Due(closes(day) + timedelta(minutes=5))
    table[f"horizon/{day}/close"] = Due(closes(day) - timedelta(minutes=15))
    table[f"mark/{day}/close"] = Due(closes(day) + timedelta(minutes=16))
    return table


def _of_weeks() -> Iterator[tuple[str, datetime]]:
    """Each week's run on its Wednesday or the next session, and before it the last postmortem."""
    open_days = set(sessions())
    wednesday = date(2024, 1, 3)
    while wednesday <= LAST:
        after = (wednesday + timedelta(days=days) for days in range(7))
        runs = next((day for day in after if day in open_days), None)
        if runs is not None:
            yield f"weekly/{wednesday}", wall(runs, 8)
            yield f"postmortem/{wednesday - A_WEEK}", wall(runs, 7, 30)
        wednesday += A_WEEK
