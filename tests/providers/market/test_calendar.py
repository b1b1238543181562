"""XNYS sessions against the published calendar, on both sides of daylight saving."""

from __future__ import annotations

import csv
import time as stopwatch
from datetime import UTC, date, datetime, time

import pytest

from core.clock import at_new_york
from core.errors import BadInput
from providers.market.calendar import XnysCalendar
from tests.contract.market_data import CALENDAR
from tests.fixture_files import fixture_path


def test_every_session_and_half_day_of_2025_to_2027_is_as_published():
    with fixture_path("calendars/nyse_sessions_2025_2027.csv").open() as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert list(CALENDAR.sessions(date(2025, 1, 1), date(2027, 12, 31))) == days
    for day, row in zip(days, rows, strict=True):
        opened, closed = time.fromisoformat(row["open"]), time.fromisoformat(row["close"])
        assert CALENDAR.session_open(day) == at_new_york(day, opened)
        assert CALENDAR.session_close(day) == at_new_york(day, closed)


def test_the_open_moves_in_utc_with_daylight_saving():
    assert CALENDAR.session_open(date(2026, 3, 6)) == datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
    assert CALENDAR.session_open(date(2026, 3, 9)) == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)
    assert CALENDAR.session_open(date(2026, 10, 30)) == datetime(2026, 10, 30, 13, 30, tzinfo=UTC)
    assert CALENDAR.session_open(date(2026, 11, 2)) == datetime(2026, 11, 2, 14, 30, tzinfo=UTC)


def test_neighbours_of_a_holiday_are_found_on_both_sides():
    thanksgiving = date(2026, 11, 26)
    assert not CALENDAR.is_session(thanksgiving)
    assert CALENDAR.session_on_or_after(thanksgiving) == date(2026, 11, 27)
    assert CALENDAR.session_on_or_before(thanksgiving) == date(2026, 11, 25)
    assert CALENDAR.session_on_or_before(date(2026, 11, 25)) == date(2026, 11, 25)


def test_offsets_count_sessions_in_both_directions():
    assert CALENDAR.offset(date(2026, 11, 25), 1) == date(2026, 11, 27)
    assert CALENDAR.offset(date(2026, 11, 30), -2) == date(2026, 11, 25)
    assert CALENDAR.offset(date(2026, 11, 30), 0) == date(2026, 11, 30)


def test_a_day_that_is_no_session_is_named_with_the_next_one():
    with pytest.raises(BadInput, match=r"2026-11-26 is not a trading session.*2026-11-27"):
        CALENDAR.session_open(date(2026, 11, 26))


@pytest.mark.parametrize("day", [date(1989, 12, 29), date(2036, 1, 2)])
def test_a_day_outside_the_range_is_refused_rather_than_guessed(day):
    for ask in (CALENDAR.is_session, CALENDAR.session_on_or_after, CALENDAR.session_close):
        with pytest.raises(BadInput, match=f"{day}.*1990-01-01 to 2035-12-31"):
            ask(day)


def test_an_offset_past_the_end_is_refused():
    with pytest.raises(BadInput, match="2035-12-31"):
        CALENDAR.offset(date(2035, 12, 31), 1)
    with pytest.raises(BadInput, match="1990-01-02"):
        CALENDAR.offset(date(1990, 1, 2), -1)


def test_it_is_built_once_and_look_ups_cost_microseconds():
    calendar = XnysCalendar()
    began = stopwatch.perf_counter()
    calendar.is_session(date(2026, 1, 2))
    built = stopwatch.perf_counter()
    for _ in range(10_000):
        calendar.session_close(date(2026, 1, 2))
    asked = stopwatch.perf_counter()
    assert built - began < 3.0
    assert asked - built < 0.3
