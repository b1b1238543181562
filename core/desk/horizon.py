"""Closing what has reached its horizon, and what a refused close left behind, at a session's close."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.desk.desk import Desk
from core.desk.observing import known_quotes, observation, was_observed
from core.desk.order_route import RecordingRoute
from core.desk.settle import settle
from core.desk.writing import account_stream, new_event
from core.events.account import OrderCancelled, OrderIntended
from core.events.envelope import Append, Event, NewEvent
from core.market import Quote
from core.rules.account_book import AccountBook, OpenOrder
from core.rules.checkpoint_orders import Holding, close_order
from core.rules.left_over import left_over, purpose_of, waiting, will_hold
from core.schemas.order import OrderIntent, OrderStatus, Purpose
from core.types import Horizon, StreamId

SLOT = "horizon"


@dataclass(frozen=True, slots=True)
class Closing:
    """``quantity`` signed shares of one account's symbol to close; ``takes_back`` what waits for them."""

    book: AccountBook
    symbol: str
    quantity: Decimal
    purpose: Purpose
    takes_back: bool = False


def close_due(desk: Desk, session: date, at: datetime) -> str:
    """Order the close of every position whose horizon ends with this session.

    A position of a week's horizon is normally traded by the next week's plan; it is closed here only
    when that run was missed. What a refused close left behind is closed here, each session again.
    Orders under way still fill at this close, so what is closed is what they will leave; one that
    waits for another would fill later and is cancelled.
    """
    settle(desk, at)
    if was_observed(desk, at, SLOT):
        return "ordered before the process died"  # and settling sent what was left to send
    books = [desk.books.book(account.account_id) for account in desk.policy.accounts]
    at_horizon = [_at_horizon(book) for book in books if _is_due(desk, book, session)]
    due = [*at_horizon, *_left(books, {one.book.account_id for one in at_horizon})]
    quotes = known_quotes(desk, sorted({one.symbol for one in due}), at)
    known = [one for one in due if one.symbol in quotes]
    unsent = _unsent(books, session)
    if known or unsent:
        _order(desk, at, quotes, known, unsent)
    ended = sum(one in known for one in at_horizon)
    said = f"{ended} of {len(at_horizon)} positions at their horizon closed"
    left = len(due) - len(at_horizon)
    return said + (f", {len(known) - ended} of {left} left over" if left else "")


def _at_horizon(book: AccountBook) -> Closing:
    week = book.week
    assert week is not None  # _is_due
    symbol = _symbol(book)
    purpose = Purpose.MISSED_WEEK if week.target.horizon is Horizon.WEEK else Purpose.HORIZON
    return Closing(book, symbol, will_hold(book, symbol), purpose, takes_back=True)


def _symbol(book: AccountBook) -> str:
    return (book.week.target.instrument or "") if book.week else ""


def _is_due(desk: Desk, book: AccountBook, session: date) -> bool:
    week, symbol = book.week, _symbol(book)
    if week is None or week.closed or not (book.quantity(symbol) or will_hold(book, symbol)):
        return False
    return session >= desk.calendar.offset(week.entry_session, week.target.horizon.sessions)


def _left(books: Iterable[AccountBook], at_horizon: set[str]) -> Iterator[Closing]:
    """What refused closes left; where the week ends today, its own symbol is closed with it."""
    for book in books:
        for symbol, quantity in left_over(book):
            if book.account_id not in at_horizon or symbol != _symbol(book):
                yield Closing(book, symbol, quantity, purpose_of(book, symbol))


def _unsent(books: Iterable[AccountBook], session: date) -> list[OrderIntent]:
    """A week's closing orders that its run did not bring to the broker on its own day."""
    return [
        order.intent
        for book in books
        for order in book.open_orders.values()
        if order.status is OrderStatus.INTENDED
        and order.intent.purpose is Purpose.WEEKLY_CLOSE
        and book.week is not None
        and session > book.week.entry_session
    ]


def _intents(
    closings: Sequence[Closing], quotes: Mapping[str, Quote], at: datetime
) -> Iterator[OrderIntent]:
    """An order each, but for what nothing will be left of; all of one account."""
    held = [one for one in closings if one.quantity]
    for number, one in enumerate(held):
        week = one.book.week
        assert week is not None  # nothing is due before a first week
        holding = Holding(
            account_id=one.book.account_id,
            week_id=week.week_id,
            run_id=week.run_id,
            symbol=one.symbol,
            quantity=one.quantity,
            price=quotes[one.symbol].price,
            sequence=week.orders + number,
            decided_at=at,
        )
        yield close_order(holding, abs(one.quantity), one.purpose)


def _order(
    desk: Desk,
    at: datetime,
    quotes: Mapping[str, Quote],
    closings: Sequence[Closing],
    unsent: Sequence[OrderIntent],
) -> None:
    """Store what was seen and what is intended in one transaction, then send it."""
    appends = [observation(desk, at, SLOT, quotes)] if closings else []
    intents: list[OrderIntent] = []
    for book in {one.book.account_id: one.book for one in closings}.values():
        own = [one for one in closings if one.book is book]
        ordered = list(_intents(own, quotes, at))
        gone = waiting(book) if any(one.takes_back for one in own) else []
        events: list[tuple[OrderIntent, Event]] = [(one.intent, _cancelled(one)) for one in gone]
        events += [(one, OrderIntended(intent=one)) for one in ordered]
        stream = account_stream(book.account_id)
        new = [_new(stream, intent, event, at) for intent, event in events]
        appends += [Append(stream, new, book.version)] if new else []
        intents += ordered
    if appends:
        desk.store.commit(appends)
    RecordingRoute(desk, at).submit([*unsent, *intents])


def _cancelled(order: OpenOrder) -> OrderCancelled:
    return OrderCancelled(
        client_order_id=order.intent.client_order_id,
        reason="the horizon ends before it could fill",
    )


def _new(stream: StreamId, intent: OrderIntent, event: Event, at: datetime) -> NewEvent:
    what = [intent.client_order_id]
    return new_event(stream, event, what, at, week_id=intent.week_id, run_id=intent.run_id)
