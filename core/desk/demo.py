"""The demonstration desk: the last weeks of whatever prices there are, lived through by rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.clock import in_new_york
from core.desk.slots import MARK_AFTER_CLOSE, week_session
from core.errors import NoBars
from core.ports import MarketData, TradingCalendar
from core.types import wednesday, week_of

SYMBOL = "SPY"


def demo_range(
    market: MarketData, calendar: TradingCalendar, now: datetime, weeks: int
) -> tuple[date, date]:
    """First Wednesday and last session of ``weeks`` weeks that end with the newest session over.

    NoBars when the market knows nothing at ``now``, or too little.
    """
    last = min(market.quotes([SYMBOL], now)[SYMBOL].session, last_marked(calendar, now))
    first = wednesday(week_of(last)) - timedelta(weeks=weeks - 1)
    start = week_session(calendar, week_of(first))
    if start >= last:
        raise NoBars(f"only prices of {last} are known: a demo needs {weeks} weeks of them")
    return start, last


def last_marked(calendar: TradingCalendar, now: datetime) -> date:
    """The newest session whose every slot lies before ``now``."""
    session = calendar.session_on_or_before(in_new_york(now).date())
    if calendar.session_close(session) + MARK_AFTER_CLOSE >= now:
        session = calendar.offset(session, -1)
    return session
