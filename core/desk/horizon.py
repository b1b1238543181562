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
from core.events.account import OrderCancelled, OrderIntended
from core.events.envelope import Append, Event, NewEvent
from core.market import Quote
from core.rules.account_book import ZERO, AccountBook, OpenOrder
from core.rules.checkpoint_orders import Holding, close_order
from core.schemas.order import OrderIntent, OrderStatus, Purpose
from core.types import Horizon, StreamId


def close_due(desk: Desk, session: date, at: datetime) -> str:
    """Order the close of every position whose horizon ends with this session.

    A position of a week's horizon is normally traded by the next week's plan; it is closed here only
    when that run was missed. Orders under way still fill at this close, so what is closed is what
    they will leave; one that waits for another would fill later and is cancelled.
    """
    settle(desk, at)
    books = [desk.books.book(account.account_id) for account in desk.policy.accounts]
    due = [book for book in books if _is_due(desk, book, session)]
    quotes = known_quotes(desk, {_symbol(book) for book in due}, at)
    known = [book for book in due if _symbol(book) in quotes]
    intents = [_intent(book, quotes[_symbol(book)].price, at) for book in known if _will_hold(book)]
    if known:
        _order(desk, at, quotes, known, intents)
    return f"{len(known)} of {len(due)} positions at their horizon closed"


def _symbol(book: AccountBook) -> str:
    return (book.week.target.instrument or "") if book.week else ""


def _is_due(desk: Desk, book: AccountBook, session: date) -> bool:
    week = book.week
    if week is None or week.closed or not (book.quantity(_symbol(book)) or _will_hold(book)):
        return False
    return session >= desk.calendar.offset(week.entry_session, week.target.horizon.sessions)


def _waiting(book: AccountBook) -> list[OpenOrder]:
    """Orders not sent yet because they follow another."""
    every = book.open_orders.values()
    return [one for one in every if one.status is OrderStatus.INTENDED and one.intent.after]


def _will_hold(book: AccountBook) -> Decimal:
    """Signed shares at this close, once every order that was sent has filled."""
    symbol = _symbol(book)
    waiting = sum((one.remaining for one in _waiting(book) if one.intent.symbol == symbol), ZERO)
    return book.expected_positions().get(symbol, ZERO) - waiting


def _intent(book: AccountBook, price: Decimal, at: datetime) -> OrderIntent:
    week = book.week
    assert week is not None  # _is_due
    of_a_week = week.target.horizon is Horizon.WEEK
    holding = Holding(
        account_id=book.account_id,
        week_id=week.week_id,
        run_id=week.run_id,
        symbol=_symbol(book),
        quantity=_will_hold(book),
        price=price,
        sequence=week.orders,
        decided_at=at,
    )
    purpose = Purpose.MISSED_WEEK if of_a_week else Purpose.HORIZON
    return close_order(holding, abs(holding.quantity), purpose)


def _order(
    desk: Desk,
    at: datetime,
    quotes: Mapping[str, Quote],
    books: Sequence[AccountBook],
    intents: Sequence[OrderIntent],
) -> None:
    """Store what was seen and what is intended in one transaction, then send it."""
    appends = [observation(desk, at, "horizon", quotes)]
    for book in books:
        events: list[tuple[OrderIntent, Event]] = [
            (one.intent, _cancelled(one)) for one in _waiting(book)
        ]
        events += [
            (one, OrderIntended(intent=one)) for one in intents if one.account_id == book.account_id
        ]
        stream = account_stream(book.account_id)
        new = [_new(stream, intent, event, at) for intent, event in events]
        appends += [Append(stream, new, book.version)] if new else []
    desk.store.commit(appends)
    route = RecordingRoute(desk, at)
    route.submit(intents)


def _cancelled(order: OpenOrder) -> OrderCancelled:
    return OrderCancelled(
        client_order_id=order.intent.client_order_id,
        reason="the horizon ends before it could fill",
    )


def _new(stream: StreamId, intent: OrderIntent, event: Event, at: datetime) -> NewEvent:
    what = [intent.client_order_id]
    return new_event(stream, event, what, at, week_id=intent.week_id, run_id=intent.run_id)
