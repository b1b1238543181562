"""Trading sessions of the New York Stock Exchange, from ``exchange_calendars`` (XNYS)."""

from __future__ import annotations

import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from core.errors import BadInput

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2035, 12, 31)


@dataclass(frozen=True, slots=True)
class _Sessions:
    """Every session in order, with its UTC open and close at the same index."""

    days: list[date]
    index: dict[date, int]
    opens: list[datetime]
    closes: list[datetime]


class XnysCalendar:
    """The TradingCalendar port over XNYS; built once, on first use, then plain look-ups.

    The range is given because ``exchange_calendars`` ends one year ahead by default. Any question
    outside it raises BadInput; so does a date that is not a session where a session is asked for.
    """

    def __init__(self, start: date = FIRST_DAY, end: date = LAST_DAY) -> None:
        self._start = start
        self._end = end

    def is_session(self, day: date) -> bool:
        self._check_range(day)
        return day in self._sessions.index

    def session_open(self, session: date) -> datetime:
        return self._sessions.opens[self._position(session)]

    def session_close(self, session: date) -> datetime:
        return self._sessions.closes[self._position(session)]

    def session_on_or_after(self, day: date) -> date:
        self._check_range(day)
        return self._at(bisect_left(self._sessions.days, day), day)

    def session_on_or_before(self, day: date) -> date:
        self._check_range(day)
        return self._at(bisect_right(self._sessions.days, day) - 1, day)

    def offset(self, session: date, sessions: int) -> date:
        return self._at(self._position(session) + sessions, session)

    def sessions(self, start: date, end: date) -> Sequence[date]:
        self._check_range(start)
        self._check_range(end)
        days = self._sessions.days
        return days[bisect_left(days, start) : bisect_right(days, end)]

    @cached_property
    def _sessions(self) -> _Sessions:
        import exchange_calendars  # noqa: PLC0415  # costs most of a second, `--help` should not

        with warnings.catch_warnings():
            # exchange_calendars 4.13 reads Series.values, which pandas 3.1 deprecates.
            warnings.simplefilter("ignore", DeprecationWarning)
            schedule = exchange_calendars.get_calendar(
                "XNYS", start=self._start.isoformat(), end=self._end.isoformat()
            ).schedule
        days = [stamp.date() for stamp in schedule.index]
        return _Sessions(
            days=days,
            index={day: position for position, day in enumerate(days)},
            opens=_instants(schedule["open"].array),
            closes=_instants(schedule["close"].array),
        )

    def _position(self, session: date) -> int:
        position = self._sessions.index.get(session)
        if position is None:
            self._check_range(session)
            raise BadInput(
                f"{session} is not a trading session of XNYS: "
                f"the next one is {self.session_on_or_after(session)}"
            )
        return position

    def _at(self, position: int, asked: date) -> date:
        if 0 <= position < len(self._sessions.days):
            return self._sessions.days[position]
        raise BadInput(f"no session near {asked}: {self._range_text()}")

    def _check_range(self, day: date) -> None:
        if not self._start <= day <= self._end:
            raise BadInput(f"{day} lies outside the calendar: {self._range_text()}")

    def _range_text(self) -> str:
        return f"it covers {self._start} to {self._end}, give a date between"


def _instants(stamps: Iterable[Any]) -> list[datetime]:
    """Plain UTC datetimes: pandas Timestamps compare slowly."""
    return [datetime.fromtimestamp(stamp.timestamp(), tz=UTC) for stamp in stamps]
