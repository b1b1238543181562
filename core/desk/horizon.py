"""Closing what has reached its horizon, at the close of its last session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.desk.desk import Desk
from core.desk.observing import known_quotes, observation
from core.desk.order_route import RecordingRoute
from core.desk.settle import settle
from core.desk.writing import account_stream, new_event
from core.events.account import OrderIntended
from core.events.envelope import Append
from core.market import Quote
from core.rules.account_book import AccountBook
from core.rules.checkpoint_orders import Holding, close_order
from core.schemas.order import OrderIntent, Purpose
from core.types import Horizon


def close_due(desk: Desk, session: date, at: datetime) -> str:
    """Order the close of every position whose horizon ends with this session.

    A position of a week's horizon is normally traded by the next week's plan; it is closed here only
    when that run was missed.
    """
    settle(desk, at)
    books = [desk.books.book(account.account_id) for account in desk.policy.accounts]
    due = [book for book in books if _is_due(desk, book, session)]
    quotes = known_quotes(desk, {_symbol(book) for book in due}, at)
    intents = [
        _intent(book, quotes[_symbol(book)].price, at) for book in due if _symbol(book) in quotes
    ]
    if intents:
        _order(desk, at, quotes, intents)
    return f"{len(intents)} of {len(due)} positions at their horizon ordered closed"


def _symbol(book: AccountBook) -> str:
    return (book.week.target.instrument or "") if book.week else ""


def _is_due(desk: Desk, book: AccountBook, session: date) -> bool:
    week = book.week
    if week is None or week.closed or book.open_orders or not book.quantity(_symbol(book)):
        return False
    return session >= desk.calendar.offset(week.entry_session, week.target.horizon.sessions)


def _intent(book: AccountBook, price: Decimal, at: datetime) -> OrderIntent:
    week = book.week
    assert week is not None  # _is_due
    of_a_week = week.target.horizon is Horizon.WEEK
    holding = Holding(
        account_id=book.account_id,
        week_id=week.week_id,
        run_id=week.run_id,
        symbol=_symbol(book),
        quantity=book.quantity(_symbol(book)),
        price=price,
        sequence=week.orders,
        decided_at=at,
    )
    purpose = Purpose.MISSED_WEEK if of_a_week else Purpose.HORIZON
    return close_order(holding, abs(holding.quantity), purpose)


def _order(
    desk: Desk, at: datetime, quotes: Mapping[str, Quote], intents: Sequence[OrderIntent]
) -> None:
    """Store what was seen and what is intended in one transaction, then send it."""
    appends = [observation(desk, at, "horizon", quotes)]
    for intent in intents:
        stream = account_stream(intent.account_id)
        new = new_event(
            stream,
            OrderIntended(intent=intent),
            [intent.client_order_id],
            at,
            week_id=intent.week_id,
            run_id=intent.run_id,
        )
        appends.append(Append(stream, [new], desk.books.book(intent.account_id).version))
    desk.store.commit(appends)
    route = RecordingRoute(desk.store, desk.books, desk.broker, at)
    for intent in intents:
        route.submit(intent)
