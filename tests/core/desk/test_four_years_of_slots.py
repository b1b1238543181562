"""Every slot of 2024 to 2027 against a table derived from the exchange calendar alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import exchange_calendars
import pytest

from core.desk.slots import slots_between, upkeep_slots
from core.policy import ScheduleSpec
from providers.market.calendar import XnysCalendar

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
NEW_YORK = ZoneInfo("America/New_York")
HALF_DAYS = {
    *(date(2024, 7, 3), date(2024, 11, 29), date(2024, 12, 24)),
    *(date(2025, 7, 3), date(2025, 11, 28), date(2025, 12, 24)),
    *(date(2026, 11, 27), date(2026, 12, 24)),
    date(2027, 11, 26),
}


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), NEW_YORK).astimezone(UTC)


def independent() -> dict[str, tuple[datetime, bool]]:
    """Key → (UTC instant, skipped), from sessions and closes of exchange_calendars and zoneinfo."""
    exchange = exchange_calendars.get_calendar("XNYS", start="2023-12-01", end="2028-01-31")
    sessions = [stamp.date() for stamp in exchange.sessions_in_range(str(FIRST), str(LAST))]
    early = {stamp.date() for stamp in exchange.early_closes}
    assert {day for day in early if FIRST <= day <= LAST} == HALF_DAYS
    table: dict[str, tuple[datetime, bool]] = {}
    for day in sessions:
        closes = wall(day, 13) if day in HALF_DAYS else wall(day, 16)
        for hour, minute in ((9, 0), (12, 0), (14, 0), (15, 50)):
            at = wall(day, hour, minute)
            table[f"checkpoint/{day}/{hour:02}:{minute:02}"] = (at, at >= closes)
        table[f"fills/{day}/open"] = (wall(day, 9, 35), False)
        table[f"fills/{day}/close"] = (closes + timedelta(minutes=5), False)
        table[f"horizon/{day}/close"] = (closes - timedelta(minutes=15), False)
        table[f"mark/{day}/close"] = (closes + timedelta(minutes=16), False)
    open_days = set(sessions)
    wednesday = date(2024, 1, 3)
    while wednesday <= LAST:
        runs = wednesday
        while runs not in open_days and runs <= LAST:
            runs += timedelta(days=1)
        if runs in open_days:
            table[f"weekly/{wednesday}"] = (wall(runs, 8), False)
            before = wednesday - timedelta(days=7)
            table[f"postmortem/{before}"] = (wall(runs, 7, 30), False)
        wednesday += timedelta(days=7)
    return table


@pytest.fixture(scope="module")
def slots():
    return list(slots_between(ScheduleSpec(), XnysCalendar(), FIRST, LAST))


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_every_slot_is_there_once_at_its_instant(slots):
    found = [(slot.key, (slot.at, bool(slot.skip))) for slot in slots]
    assert len(found) == len(dict(found))
    assert dict(found) == independent()
    assert [slot.at for slot in slots] == sorted(slot.at for slot in slots)


def test_clock_changes_holidays_and_closed_wednesdays_are_among_them(slots):
    at = {slot.key: slot.at for slot in slots}
    for year, spring, autumn in ((2024, "03-11", "11-04"), (2027, "03-15", "11-08")):
        assert at[f"checkpoint/{year}-{spring}/09:00"].hour == 13
        assert at[f"checkpoint/{year}-{autumn}/09:00"].hour == 14
    assert at["weekly/2024-06-19"] == wall(date(2024, 6, 20), 8)  # Juneteenth
    assert at["weekly/2024-12-25"] == wall(date(2024, 12, 26), 8)
    assert at["weekly/2025-01-01"] == wall(date(2025, 1, 2), 8)


def test_upkeep_comes_once_a_session_and_never_between_one_and_three():
    upkeep = list(upkeep_slots(XnysCalendar(), FIRST, LAST))
    sessions = {slot.session for slot in upkeep}
    assert len(upkeep) == len({slot.key for slot in upkeep}) == 4 * len(sessions)
    assert not any(1 <= slot.at.astimezone(NEW_YORK).hour < 3 for slot in upkeep)
