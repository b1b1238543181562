"""A week that is over, run as of its own Wednesday: only where the broker is simulated."""

from __future__ import annotations

from datetime import datetime

from core.clock import FixedClock, at_new_york, in_new_york
from core.desk.desk import Desk
from core.desk.settle import settle
from core.desk.slots import week_session
from core.policy import ScheduleSpec
from core.ports import TradingCalendar
from core.types import WeekId, week_of


def start_of(schedule: ScheduleSpec, calendar: TradingCalendar, week_id: WeekId) -> datetime:
    """When the week's run is due: its Wednesday 08:00 New York, or that of the next session."""
    return at_new_york(week_session(calendar, week_id), schedule.weekly)


def is_past(week_id: WeekId, now: datetime) -> bool:
    return week_id < week_of(in_new_york(now).date())


def settle_first_session(desk: Desk, week_id: WeekId) -> int:
    """Move a past week's clock to the end of its first session and record the fills known by then."""
    clock = desk.clock
    if not isinstance(clock, FixedClock):
        return 0
    closes = desk.calendar.session_close(week_session(desk.calendar, week_id))
    clock.move_to(max(clock.now(), closes))
    return settle(desk, clock.now())
