"""The next seven days as the exchange's calendar knows them: closures, half days, expiry, month end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from core.clock import in_new_york
from core.ports import TradingCalendar
from core.schemas.research import CalendarEvent

DAYS = 7
REGULAR_CLOSE = time(16)
FRIDAY, SATURDAY = 4, 5
EQUITIES = ("SPY", "QQQ", "IWM")
EVERYTHING = ("SPY", "TLT", "HYG", "UUP", "GLD")


def week_ahead(
    calendar: TradingCalendar, today: date, universe: Sequence[str]
) -> tuple[CalendarEvent, ...]:
    """Events of ``today`` and the six days after it; nothing from outside the calendar is claimed.

    Only assets of ``universe`` are named as affected.
    """
    events = (
        event
        for offset in range(DAYS)
        for event in _events(calendar, today + timedelta(days=offset))
    )
    return tuple(
        event.model_copy(
            update={
                "expected_impact_assets": tuple(
                    symbol for symbol in event.expected_impact_assets if symbol in universe
                )
            }
        )
        for event in events
    )


def _events(calendar: TradingCalendar, day: date) -> Iterator[CalendarEvent]:
    if not calendar.is_session(day):
        if day.weekday() < SATURDAY:
            yield _event(
                "NYSE closed", day, "No trading; what is held cannot be changed.", EVERYTHING
            )
        return
    close = in_new_york(calendar.session_close(day)).time()
    if close < REGULAR_CLOSE:
        yield _event(f"NYSE closes at {close:%H:%M}", day, "Thin volume.", EVERYTHING)
    if day == _expiry(calendar, day):
        yield _event("Monthly options expiry", day, "Hedges roll; moves can pin.", EQUITIES)
    if calendar.offset(day, 1).month != day.month:
        yield _event("Last session of the month", day, "Portfolios rebalance.", EVERYTHING)


def _expiry(calendar: TradingCalendar, day: date) -> date:
    """The month's third Friday, or the session before it when that is a holiday (Good Friday)."""
    first = day.replace(day=1)
    third = first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 14)
    return calendar.session_on_or_before(third)


def _event(name: str, day: date, why: str, assets: tuple[str, ...]) -> CalendarEvent:
    return CalendarEvent(event=name, date_et=day, why_matters=why, expected_impact_assets=assets)
