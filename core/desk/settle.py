"""Settling: fills the broker reports become events, and orders that waited for them are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.desk.breaker import evaluate
from core.desk.broker_standing import blocked_accounts
from core.desk.desk import Desk
from core.desk.order_route import RecordingRoute
from core.desk.writing import account_stream, new_event
from core.errors import OrderLost
from core.events.account import OrderCancelled, OrderFilled
from core.events.envelope import Append, NewEvent
from core.rules.account_book import AccountBook, OpenOrder
from core.schemas.order import WEEKLY, BrokerFill, OrderStatus
from core.types import AccountId

ENDED = (OrderStatus.CANCELLED, OrderStatus.REFUSED)
ENDED_BY_BROKER = "the broker ended it before it was filled, e.g. a day order that expired"


def settle(desk: Desk, at: datetime) -> int:
    """Record what the broker told, then send, together, orders that waited for it or never went out.

    Returns how many fills are new; asking again records nothing twice. Sent together, because
    accounts that share a key are netted against each other. A blocked account's orders wait. The
    breaker hears of the fills before anything more is sent.
    """
    accounts = [seat.account_id for seat in desk.policy.accounts]
    recorded = record_told(desk, accounts, at)
    blocked = blocked_accounts(desk)
    books = [desk.books.book(account_id) for account_id in accounts if account_id not in blocked]
    RecordingRoute(desk, at).submit([order.intent for book in books for order in _unsent(book)])
    return recorded


def record_told(desk: Desk, accounts: Sequence[AccountId], at: datetime) -> int:
    """Record orders, fills and ends the broker knows of, and send nothing; returns how many fills.

    An order that went out before a crash and was not recorded is found by its id, or its fills would
    look like somebody else's.
    """
    recorded = 0
    if desk.statements is not None:
        route = RecordingRoute(desk, at)
        for account_id in accounts:
            route.recall(desk.books.book(account_id))
    for account_id in accounts:
        recorded += _record_fills(desk, desk.books.book(account_id))
        if desk.broker_name != "simulated":
            _record_ends(desk, desk.books.book(account_id), at)
        _drop_orphans(desk, desk.books.book(account_id), at)
    evaluate(desk)
    return recorded


def _record_fills(desk: Desk, book: AccountBook) -> int:
    events = [
        event
        for order in book.open_orders.values()
        if order.status is not OrderStatus.INTENDED
        for event in _new_fills(desk, order)
    ]
    if events:
        stream = account_stream(book.account_id)
        desk.store.commit([Append(stream, events, book.version)])
    return len(events)


def _record_ends(desk: Desk, book: AccountBook, at: datetime) -> None:
    """End what a real broker ended by itself, as a day order that expired; its fills are recorded."""
    stream = account_stream(book.account_id)
    events = []
    for key, order in book.open_orders.items():
        if order.status is OrderStatus.INTENDED:
            continue
        there = desk.broker.find(book.account_id, key)
        if there is None or there.status not in ENDED:
            continue
        if there.filled_quantity != order.filled:
            continue  # a fill of it is not told yet
        ended = OrderCancelled(client_order_id=key, reason=ENDED_BY_BROKER)
        events.append(
            new_event(
                stream,
                ended,
                [key],
                at,
                week_id=order.intent.week_id,
                run_id=order.intent.run_id,
            )
        )
    if events:
        desk.store.commit([Append(stream, events, book.version)])


def _new_fills(desk: Desk, order: OpenOrder) -> Iterable[NewEvent]:
    """Fills not recorded yet, told apart by their ids: a broker may tell of an earlier one later.

    An order the broker lost has none to tell of; that it is gone is for the reconciliation to say.
    """
    try:
        told = desk.broker.fills(order.intent.account_id, order.intent.client_order_id)
    except OrderLost:
        return
    for fill in told:
        event = _filled(order, fill)
        if not order.filled or desk.store.find(str(event.event_id)) is None:
            yield event


def _filled(order: OpenOrder, fill: BrokerFill) -> NewEvent:
    intent = order.intent
    return new_event(
        account_stream(intent.account_id),
        OrderFilled(fill=fill),
        [fill.fill_id],
        fill.filled_at,
        week_id=intent.week_id,
        run_id=intent.run_id,
    )


def _unsent(book: AccountBook) -> list[OpenOrder]:
    """Intents to bring to the broker now.

    A weekly order that follows nothing belongs to its run's execution stage: resuming the run
    sends it.
    """
    return [
        order
        for order in book.open_orders.values()
        if order.status is OrderStatus.INTENDED
        and (order.intent.after or order.intent.purpose not in WEEKLY)
    ]


def _drop_orphans(desk: Desk, book: AccountBook, at: datetime) -> None:
    """An order that waits for one that was refused or cancelled will never be sent: say so."""
    dead = {OrderStatus.REFUSED, OrderStatus.CANCELLED}
    stream = account_stream(book.account_id)
    events = [
        new_event(
            stream,
            OrderCancelled(
                client_order_id=key,
                reason=f"the order it follows, {order.intent.after}, did not fill",
            ),
            [key],
            at,
            week_id=order.intent.week_id,
            run_id=order.intent.run_id,
        )
        for key, order in book.open_orders.items()
        if order.intent.after and _status(book, order.intent.after) in dead
    ]
    if events:
        desk.store.commit([Append(stream, events, book.version)])


def _status(book: AccountBook, client_order_id: str) -> OrderStatus | None:
    """How an order ended; None while it is open or unknown."""
    ended = book.finished_orders.get(client_order_id)
    return ended.status if ended else None
