"""Old backups go one by one, and never the ones a person would look for."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.rules.retention import Retention, kept

POLICY = Retention()
FIRST = date(2025, 1, 1)
some_days = st.sets(st.integers(0, 900), max_size=200).map(
    lambda offsets: {FIRST + timedelta(days=offset) for offset in offsets}
)


def every_day(count: int) -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(count)]


def test_two_years_of_nights_leave_days_weeks_and_months():
    days = every_day(730)
    left = sorted(kept(days, POLICY), reverse=True)
    assert left[:7] == sorted(days, reverse=True)[:7]
    # 30 and 31 December 2026 stand for the newest week and month as well.
    assert left == [
        *(date(2026, 12, day) for day in (31, 30, 29, 28, 27, 26, 25, 20, 13, 6)),
        *(date(2026, month, 1) - timedelta(days=1) for month in range(12, 1, -1)),
    ]


def test_a_week_is_seven_days_of_the_calendar_also_over_new_year():
    days = [date(2026, 12, 30), date(2027, 1, 2), date(2027, 1, 3), date(2027, 1, 4)]
    only_weeks = Retention(daily=1, weekly=2, monthly=0)
    assert kept(days, only_weeks) == {date(2027, 1, 4), date(2027, 1, 3)}


def test_no_backups_is_nothing_to_keep():
    assert kept([], POLICY) == frozenset()


@given(some_days)
def test_the_newest_seven_always_stay_and_nothing_is_invented(days):
    left = kept(days, POLICY)
    assert left <= days
    assert left >= set(sorted(days)[-7:])
    assert len(left) <= 7 + 5 + 12


@given(some_days)
def test_done_every_night_or_once_it_keeps_the_same(days):
    nightly: set[date] = set()
    for day in sorted(days):
        nightly = set(kept(nightly | {day}, POLICY))
    assert nightly == kept(days, POLICY)


@given(some_days, st.integers(1, 5_000))
def test_a_clock_that_jumps_ahead_costs_no_more_than_one_backup_of_each_kind(days, jump):
    before = kept(days, POLICY)
    later = max(days, default=FIRST) + timedelta(days=jump)
    assert len(before - kept(days | {later}, POLICY)) <= 3
