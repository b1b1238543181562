"""Orders whose time is over: a position that was to be opened long ago is not opened today."""

from __future__ import annotations

from datetime import datetime

from core.clock import in_new_york
from core.ports import TradingCalendar
from core.rules.account_book import AccountBook
from core.schemas.order import OrderIntent


def too_late(
    calendar: TradingCalendar, book: AccountBook, intent: OrderIntent, now: datetime
) -> str | None:
    """Why an opening that follows a close is not sent any more; None while it is in time.

    It follows within the session of the close's last fill or the next one. Other orders have their
    own end: a week's run resumes on its own day, and a close is right whenever it comes.
    """
    if intent.after is None or book.filled_at is None:
        return None
    filled = calendar.session_on_or_after(in_new_york(book.filled_at).date())
    last = calendar.session_close(calendar.offset(filled, 1))
    if now <= last:
        return None
    return (
        f"it comes too late: {intent.after}, which it follows, filled {filled}, and the session "
        f"after that is over since {in_new_york(last):%Y-%m-%d %H:%M} New York"
    )
