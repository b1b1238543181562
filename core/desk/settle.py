"""Settling: fills the broker reports become events, and orders that waited for them are sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.desk.desk import Desk
from core.desk.order_route import RecordingRoute
from core.desk.writing import account_stream, new_event
from core.events.account import OrderCancelled, OrderFilled
from core.events.envelope import Append, NewEvent
from core.rules.account_book import AccountBook, OpenOrder
from core.schemas.order import WEEKLY, BrokerFill, OrderStatus
from core.types import AccountId


def settle(desk: Desk, at: datetime) -> int:
    """Record every fill known at ``at``; returns how many. Asking again records nothing twice."""
    return sum(settle_account(desk, seat.account_id, at) for seat in desk.policy.accounts)


def settle_account(desk: Desk, account_id: AccountId, at: datetime) -> int:
    """One account: fills first, then orders that waited for them, then those lost before sending."""
    recorded = _record_fills(desk, desk.books.book(account_id))
    if desk.broker_name != "simulated":
        _record_ends(desk, desk.books.book(account_id), at)
    book = desk.books.book(account_id)
    _drop_orphans(desk, book, at)
    route = RecordingRoute(desk, at)
    route.submit([order.intent for order in _unsent(desk.books.book(account_id))])
    return recorded


def _record_fills(desk: Desk, book: AccountBook) -> int:
    events = [
        _filled(order, fill)
        for order in book.open_orders.values()
        if order.status is not OrderStatus.INTENDED
        for fill in _new_fills(desk, order)
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
        if there is None or there.status is not OrderStatus.CANCELLED:
            continue
        if there.filled_quantity != order.filled:
            continue  # a fill of it is not told yet
        reason = "the broker ended it before it was filled, e.g. a day order that expired"
        ended = OrderCancelled(client_order_id=key, reason=reason)
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


def _new_fills(desk: Desk, order: OpenOrder) -> Iterable[BrokerFill]:
    """Fills beyond the quantity already recorded, oldest first."""
    seen = order.filled
    for fill in desk.broker.fills(order.intent.account_id, order.intent.client_order_id):
        if seen >= fill.quantity:
            seen -= fill.quantity
            continue
        yield fill


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
