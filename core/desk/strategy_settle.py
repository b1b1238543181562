"""Settling a strategy's account alone: its fills recorded, what was never sent ended, its trades told."""

from __future__ import annotations

from datetime import datetime

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.order_route import RecordingRoute
from core.desk.settle import record_told
from core.desk.strategy_broker import refuse_other_broker
from core.desk.strategy_ports import Strategy
from core.desk.withdrawing import taken
from core.desk.writing import account_stream, new_event
from core.events.account import OrderCancelled
from core.events.envelope import Append
from core.rules.account_book import AccountBook, OpenOrder
from core.schemas.order import OrderStatus, Purpose

NEVER_SENT = "its session ended before it was sent"


def settle_strategy(desk: Desk, strategy: Strategy, at: datetime) -> int:
    """Record what its broker told; returns how many fills are new. Only what flattens is sent.

    No other account is touched. An order of a cycle that broke off is sent when the cycle is gone on
    with, or ended here once its session is over. BadInput where its orders lie at another broker.
    """
    account_id = strategy.account_id
    if not desk.books.opened(account_id):
        return 0
    refuse_other_broker(strategy, desk.books.book(account_id))
    recorded = record_told(desk, [account_id], at)
    _send_what_flattens(desk, desk.books.book(account_id), at)
    _end_unsent(desk, desk.books.book(account_id), at)
    strategy.trades.tell()
    return recorded


def _send_what_flattens(desk: Desk, book: AccountBook, at: datetime) -> None:
    """A process died between the intent and the broker: nobody else goes on with it."""
    left = [
        order.intent
        for order in book.open_orders.values()
        if order.status is OrderStatus.INTENDED and order.intent.purpose is Purpose.FLATTEN
    ]
    if left:
        RecordingRoute(desk, at).submit(left)


def _end_unsent(desk: Desk, book: AccountBook, at: datetime) -> None:
    """What the broker has after all is none of them, and what waits to be netted goes out no more."""
    stream = account_stream(book.account_id)
    events = [
        new_event(
            stream,
            OrderCancelled(client_order_id=key, reason=NEVER_SENT),
            [key],
            at,
            week_id=order.intent.week_id,
            run_id=order.intent.run_id,
        )
        for key, order in book.open_orders.items()
        if order.status is OrderStatus.INTENDED
        and _is_over(desk, order, at)
        and not taken(desk.broker, order.intent)
    ]
    if events:
        desk.store.commit([Append(stream, events, book.version)])


def _is_over(desk: Desk, order: OpenOrder, at: datetime) -> bool:
    """Whether the session it was decided for, or waited for, has closed."""
    day = in_new_york(order.intent.decided_at).date()
    session = desk.calendar.session_on_or_after(day)
    if order.intent.decided_at >= desk.calendar.session_close(session):
        session = desk.calendar.offset(session, 1)
    return at >= desk.calendar.session_close(session)
