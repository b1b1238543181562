"""Slots: computed from the schedule and the calendar, right on holidays, half days and clock changes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.clock import in_new_york
from core.desk.slots import Job, following, session_slots, slots_between, week_session
from core.policy import ScheduleSpec
from core.types import WeekId
from providers.market.calendar import XnysCalendar

SCHEDULE = ScheduleSpec()


@pytest.fixture(scope="module")
def calendar():
    return XnysCalendar()


def day(calendar, session):
    return sorted(session_slots(SCHEDULE, calendar, session), key=lambda slot: slot.at)


def walls(slots, job):
    return [f"{in_new_york(slot.at):%H:%M}" for slot in slots if slot.job is job]


def test_a_wednesday_has_the_postmortem_the_run_and_four_checkpoints(calendar):
    slots = day(calendar, date(2026, 11, 18))
    assert [slot.job for slot in slots[:2]] == [Job.POSTMORTEM, Job.WEEKLY]
    assert walls(slots, Job.POSTMORTEM) == ["07:30"]
    assert walls(slots, Job.WEEKLY) == ["08:00"]
    assert walls(slots, Job.CHECKPOINT) == ["09:00", "12:00", "14:00", "15:50"]
    assert walls(slots, Job.FILLS) == ["09:35", "16:05"]
    assert walls(slots, Job.HORIZON) == ["15:45"]
    assert walls(slots, Job.MARK) == ["16:16"]
    assert (slots[0].week_id, slots[1].week_id) == ("2026-11-11", "2026-11-18")


def test_other_days_have_no_run(calendar):
    jobs = {slot.job for slot in day(calendar, date(2026, 11, 19))}
    assert not jobs & {Job.WEEKLY, Job.POSTMORTEM}


def test_a_closed_wednesday_runs_on_the_next_session_under_its_own_name(calendar):
    christmas = WeekId("2024-12-25")
    assert week_session(calendar, christmas) == date(2024, 12, 26)
    run = [slot for slot in day(calendar, date(2024, 12, 26)) if slot.job is Job.WEEKLY]
    assert [(slot.key, slot.week_id) for slot in run] == [("weekly/2024-12-25", christmas)]


def test_checkpoints_after_an_early_close_are_skipped_with_the_reason(calendar):
    slots = day(calendar, date(2026, 11, 27))  # closes at 13:00
    assert walls(slots, Job.CHECKPOINT) == ["09:00", "12:00", "14:00", "15:50"]
    skipped = [slot for slot in slots if slot.skip]
    assert walls(skipped, Job.CHECKPOINT) == ["14:00", "15:50"]
    assert {slot.skip for slot in skipped} == {"the session closed at 13:00 New York"}
    assert walls(slots, Job.HORIZON) == ["12:45"]
    assert walls(slots, Job.MARK) == ["13:16"]


@pytest.mark.parametrize("session", [date(2026, 3, 9), date(2026, 11, 2)])
def test_wall_times_hold_on_both_sides_of_a_clock_change(calendar, session):
    assert walls(day(calendar, session), Job.CHECKPOINT)[0] == "09:00"
    before = calendar.offset(session, -1)
    utc = [day(calendar, one)[0].at.hour for one in (before, session)]
    assert abs(utc[0] - utc[1]) == 1


def test_previous_is_the_checkpoint_before_over_weekends_and_half_days(calendar):
    monday = day(calendar, date(2026, 11, 30))  # after the half day of the 27th
    first = next(slot for slot in monday if slot.job is Job.CHECKPOINT)
    assert first.previous is not None
    assert in_new_york(first.previous) == datetime(
        2026, 11, 27, 12, 0, tzinfo=ZoneInfo("America/New_York")
    )


def test_a_year_has_every_slot_once_and_in_order(calendar):
    slots = list(slots_between(SCHEDULE, calendar, date(2024, 1, 1), date(2024, 12, 31)))
    assert len({slot.key for slot in slots}) == len(slots)
    assert [slot.at for slot in slots] == sorted(slot.at for slot in slots)
    assert sum(slot.job is Job.WEEKLY for slot in slots) == 52
    assert sum(slot.job is Job.MARK for slot in slots) == 252
    assert sum(slot.job is Job.CHECKPOINT for slot in slots) == 252 * 4
    half_days = 3  # 3 July, 29 November, 24 December: each without 14:00 and 15:50
    assert sum(bool(slot.skip) for slot in slots) == half_days * 2
    assert all(slot.at.utcoffset() == timedelta(0) for slot in slots)


def test_a_real_brokers_fills_are_followed_soon_after_each_checkpoint_of_an_open_market(calendar):
    """What waits for a FLIP's close goes out in time, also after the last checkpoint of a day."""
    for day, times in (("2024-03-14", ("12:03", "14:03", "15:53")), ("2024-07-03", ("12:03",))):
        session = date.fromisoformat(day)
        slots = session_slots(SCHEDULE, calendar, session)
        found = [one for slot in slots for one in following(calendar, slot)]
        assert [slot.key for slot in found] == [f"fills/{day}/{wall}" for wall in times]
        assert {in_new_york(slot.at).strftime("%H:%M") for slot in found} == set(times)
        assert all(slot.at < calendar.session_close(session) for slot in found)
        assert all(slot.follows for slot in found)
