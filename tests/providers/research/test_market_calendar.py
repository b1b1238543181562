"""The computed event calendar against the exchange's published sessions: closures, half days, expiry."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from providers.market.calendar import XnysCalendar
from providers.research.market_calendar import week_ahead
from tests.fakes.snapshots import CLASSES
from tests.fixture_files import fixture_path

CALENDAR = XnysCalendar()


def events(today, universe=tuple(CLASSES)):
    return [(one.event, one.date_et) for one in week_ahead(CALENDAR, today, universe)]


def published():
    """Session → closing time, as published for 2025 to 2027."""
    path = fixture_path("calendars/nyse_sessions_2025_2027.csv")
    with path.open(encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]): row["close"] for row in csv.DictReader(file)}


def test_every_week_of_three_years_names_exactly_the_published_closures_and_half_days():
    closes = published()
    today = date(2025, 1, 8)
    while today <= date(2027, 12, 22):
        days = [today + timedelta(days=offset) for offset in range(7)]
        closed = [("NYSE closed", day) for day in days if day.weekday() < 5 and day not in closes]
        half = [
            (f"NYSE closes at {closes[day]}", day)
            for day in days
            if day in closes and closes[day] < "16:00"
        ]
        found = [one for one in events(today) if one[0].startswith("NYSE")]
        assert sorted(found) == sorted([*closed, *half]), today
        today += timedelta(days=7)


def test_each_month_has_one_expiry_and_one_last_session():
    seen = [one for week in range(157) for one in events(date(2025, 1, 1) + timedelta(weeks=week))]
    for name in ("Monthly options expiry", "Last session of the month"):
        days = [day for event, day in seen if event == name]
        months = [(day.year, day.month) for day in days]
        assert len(months) == len(set(months)) >= 36, name
        assert all(CALENDAR.is_session(day) for day in days)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2019, 4, 17), ("Monthly options expiry", date(2019, 4, 18))),  # Good Friday
        (date(2026, 6, 17), ("NYSE closed", date(2026, 6, 19))),  # Juneteenth is the third Friday
        (date(2026, 6, 17), ("Monthly options expiry", date(2026, 6, 18))),
        (date(2026, 7, 1), ("NYSE closed", date(2026, 7, 3))),  # the Fourth is a Saturday
        (date(2021, 6, 30), ("Last session of the month", date(2021, 6, 30))),
        (date(2021, 12, 29), ("Last session of the month", date(2021, 12, 31))),
        (date(2025, 12, 24), ("NYSE closes at 13:00", date(2025, 12, 24))),
        (date(2025, 12, 24), ("NYSE closed", date(2025, 12, 25))),
    ],
)
def test_the_week_around_a_special_day(today, expected):
    assert expected in events(today)


@pytest.mark.parametrize(
    ("today", "absent"),
    [
        (date(2026, 6, 17), ("Monthly options expiry", date(2026, 6, 19))),
        (date(2026, 7, 1), ("NYSE closes at 13:00", date(2026, 7, 2))),
        (date(2021, 12, 29), ("NYSE closed", date(2022, 1, 1))),  # a Saturday is no event
        (date(2025, 12, 17), ("NYSE closes at 13:00", date(2025, 12, 24))),  # the eighth day
    ],
)
def test_what_is_no_event_is_not_named(today, absent):
    assert absent not in events(today)


def test_a_run_on_the_session_after_a_holiday_looks_seven_days_on():
    """The Wednesday of Christmas 2024 was closed: the week runs on Thursday."""
    found = events(date(2024, 12, 26))
    assert ("NYSE closed", date(2024, 12, 25)) not in found
    assert ("NYSE closed", date(2025, 1, 1)) in found


def test_events_come_in_order_and_name_only_the_universe():
    found = week_ahead(CALENDAR, date(2025, 12, 24), ("GLD", "USO"))
    assert [one.date_et for one in found] == sorted(one.date_et for one in found)
    assert {one for event in found for one in event.expected_impact_assets} == {"GLD"}
