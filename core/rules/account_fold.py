"""An account folded from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import singledispatch

from core.events.account import (
    AccountOpened,
    BorrowCharged,
    CheckpointDecided,
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderRejected,
    SeatModelChanged,
    TargetSet,
)
from core.events.envelope import Event
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.rules.account_book import ZERO, AccountBook, FinishedOrder, OpenOrder, WeekBook
from core.rules.ledger import AccountState, apply_cash, apply_fill
from core.schemas.order import BrokerFill, OrderStatus, Purpose
from core.types import CheckpointAction

ENDING = (Purpose.HORIZON, Purpose.MISSED_WEEK, Purpose.FLATTEN)
"""Orders after which nothing more is done in a week."""
REMEMBERED = timedelta(weeks=4)
"""How long an ended order is kept at least: a book of ten years is not longer than one of a year."""


def fold(book: AccountBook | None, events: Iterable[tuple[int, Event]]) -> AccountBook | None:
    """Apply (version, event) pairs in order; None before the account was opened."""
    for version, event in events:
        if isinstance(event, AccountOpened):
            book = _opened(event)
        elif book is not None:
            book = _apply(event, book)
        if book is not None:
            book = replace(book, version=version)
    return book


def _opened(event: AccountOpened) -> AccountBook:
    return AccountBook(
        account_id=event.account_id,
        name=event.name,
        strategy=event.strategy,
        model=event.model,
        ledger=AccountState(account_id=event.account_id, cash=event.starting_cash),
        starting_cash=event.starting_cash,
        custody=event.custody,
    )


@singledispatch
def _apply(event: Event, book: AccountBook) -> AccountBook:  # noqa: ARG001 - singledispatch needs it
    """Events that change nothing an account owns or owes (``NoNewPrice``)."""
    return book


@_apply.register
def _(event: SeatModelChanged, book: AccountBook) -> AccountBook:
    return replace(book, model=event.model)


@_apply.register
def _(event: TargetSet, book: AccountBook) -> AccountBook:
    target = event.target
    held = book.quantity(target.instrument) if target.instrument else ZERO
    carried = held * target.direction.sign > 0
    return replace(
        book,
        finished_orders=_recent(book, event.entry_session),
        previous=book.week,
        week=WeekBook(
            week_id=event.week_id,
            run_id=event.run_id,
            target=target,
            entry_session=event.entry_session,
            conviction=target.conviction,
            path=(target.conviction,),
            entry_price=target.reference_price if carried else None,
            carried=carried,
            start=book.ledger,
            start_version=book.version + 1,
        ),
    )


def _recent(book: AccountBook, session: date) -> Mapping[str, FinishedOrder]:
    """Ended orders that somebody may still ask for: those of the last weeks, and what others follow."""
    since = session - REMEMBERED
    followed = {order.intent.after for order in book.open_orders.values()}
    return {
        key: ended
        for key, ended in book.finished_orders.items()
        if ended.decided_at.date() >= since or key in followed
    }


@_apply.register
def _(event: OrderIntended, book: AccountBook) -> AccountBook:
    intent = event.intent
    orders = {**book.open_orders, intent.client_order_id: OpenOrder(intent, OrderStatus.INTENDED)}
    week = book.week
    if week is not None:
        ends = intent.purpose in ENDING
        week = replace(week, orders=week.orders + 1, closed=week.closed or ends)
    return replace(book, open_orders=orders, week=week)


@_apply.register
def _(event: OrderAccepted, book: AccountBook) -> AccountBook:
    order = book.open_orders[event.client_order_id]
    accepted = replace(order, status=OrderStatus.ACCEPTED, broker_order_id=event.broker_order_id)
    return replace(book, open_orders={**book.open_orders, event.client_order_id: accepted})


@_apply.register
def _(event: OrderRejected, book: AccountBook) -> AccountBook:
    return book.with_ended(event.client_order_id, OrderStatus.REFUSED, event.reason)


@_apply.register
def _(event: OrderCancelled, book: AccountBook) -> AccountBook:
    return book.with_ended(event.client_order_id, OrderStatus.CANCELLED, event.reason)


@_apply.register
def _(event: OrderFilled, book: AccountBook) -> AccountBook:
    fill = event.fill
    before = book.quantity(fill.symbol)
    book = replace(
        book,
        ledger=apply_fill(book.ledger, fill),
        filled_at=fill.filled_at,
        fills=book.fills + 1,
    )
    if book.week is not None and fill.symbol == book.week.target.instrument:
        book = replace(book, week=_week_after_fill(book, book.week, fill, before))
    order = book.open_orders[fill.client_order_id]
    filled = order.filled + fill.quantity
    if filled >= order.intent.quantity:
        return book.with_ended(fill.client_order_id, OrderStatus.FILLED)
    partial = replace(order, status=OrderStatus.PARTIALLY_FILLED, filled=filled)
    return replace(book, open_orders={**book.open_orders, fill.client_order_id: partial})


def _week_after_fill(
    book: AccountBook, week: WeekBook, fill: BrokerFill, before: Decimal
) -> WeekBook:
    after = book.quantity(fill.symbol)
    if not after:
        return replace(week, entry_price=None, carried=False, opened=ZERO, peak_return=0.0)
    if abs(after) <= abs(before) or week.carried:
        return week
    opened = week.opened + fill.quantity
    spent = (week.entry_price or ZERO) * week.opened + fill.price * fill.quantity
    return replace(week, entry_price=spent / opened, opened=opened)


@_apply.register
def _(event: CheckpointDecided, book: AccountBook) -> AccountBook:
    week, decision = book.week, event.decision
    if week is None or decision.week_id != week.week_id:
        return book
    seen = decision.return_since_entry or 0.0
    return replace(
        book,
        week=replace(
            week,
            conviction=decision.conviction_after,
            path=(*week.path, decision.conviction_after),
            peak_return=max(week.peak_return, seen),
            flips=week.flips + (decision.action is CheckpointAction.FLIP),
            closed=week.closed or decision.action is CheckpointAction.EXIT,
        ),
    )


@_apply.register
def _(event: BorrowCharged, book: AccountBook) -> AccountBook:
    ledger = apply_cash(book.ledger, -event.amount, event.symbol)
    return replace(book, ledger=ledger, borrow_paid=book.borrow_paid + event.amount)


@_apply.register
def _(event: CapitalDeposited, book: AccountBook) -> AccountBook:
    return _capital(book, event.amount)


@_apply.register
def _(event: CapitalWithdrawn, book: AccountBook) -> AccountBook:
    return _capital(book, -event.amount)


def _capital(book: AccountBook, amount: Decimal) -> AccountBook:
    moved = book.capital_moved + amount
    return replace(book, ledger=apply_cash(book.ledger, amount), capital_moved=moved)
