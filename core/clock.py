"""The Clock port: stored in UTC, scheduled and shown in New York time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; simulation and tests move it forward."""

    def __init__(self, instant: datetime) -> None:
        self._instant = as_utc(instant)

    def now(self) -> datetime:
        return self._instant

    def move_to(self, instant: datetime) -> None:
        """Set the time; it may not go back (ValueError), as no real clock should."""
        target = as_utc(instant)
        if target < self._instant:
            raise ValueError(f"clock asked to go back from {self._instant} to {target}")
        self._instant = target


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC; a naive datetime is refused (ValueError)."""
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime {instant}: give it a time zone")
    return instant.astimezone(UTC)


def at_new_york(day: date, wall: time) -> datetime:
    """The UTC instant of a New York wall-clock time, right on both daylight-saving days."""
    return datetime.combine(day, wall, tzinfo=NEW_YORK).astimezone(UTC)


def in_new_york(instant: datetime) -> datetime:
    return instant.astimezone(NEW_YORK)


def iso(instant: datetime) -> str:
    """UTC ISO 8601 with microseconds and ``Z``: one text per instant, sortable as text."""
    # The zone is always +00:00 here and its six characters give way to Z; strftime is twice as slow.
    return as_utc(instant).isoformat("T", "microseconds")[:-6] + "Z"


def from_iso(text: str) -> datetime:
    return datetime.fromisoformat(text)
