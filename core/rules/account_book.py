"""One account folded from its events: cash, positions, open orders, and its week so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
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
from core.rules.ledger import AccountState, apply_cash, apply_fill
from core.schemas.order import BrokerFill, OrderIntent, OrderStatus, Purpose
from core.schemas.risk import Target
from core.types import AccountId, CheckpointAction, RunId, WeekId

ZERO = Decimal(0)
ENDING = (Purpose.HORIZON, Purpose.MISSED_WEEK, Purpose.FLATTEN)
"""Orders after which nothing more is done in a week."""
REMEMBERED = timedelta(weeks=4)
"""How long an ended order is kept at least: a book of ten years is not longer than one of a year."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is not at its end: intended, accepted or partly filled."""

    intent: OrderIntent
    status: OrderStatus
    filled: Decimal = ZERO
    broker_order_id: str | None = None

    @property
    def remaining(self) -> Decimal:
        """Signed shares still to come."""
        return (self.intent.quantity - self.filled) * self.intent.side.sign


@dataclass(frozen=True, slots=True)
class FinishedOrder:
    """An order at its end: filled, refused or cancelled, with the broker's id or its reason."""

    status: OrderStatus
    purpose: Purpose
    decided_at: datetime
    broker_order_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WeekBook:
    """The week an account is in: its target, and what happened to it since.

    ``entry_price`` is where this week's view of the position began: the mean of its opening fills,
    or Wednesday's reference price for a position carried over. ``peak_return`` is the best return
    since entry seen at a checkpoint (a fraction, at least 0). ``start`` is the account as the week
    took it over, before its first order; ``start_version`` the version of its ``TargetSet``.
    """

    week_id: WeekId
    run_id: RunId
    target: Target
    entry_session: date
    conviction: float
    path: tuple[float, ...]
    entry_price: Decimal | None
    carried: bool
    opened: Decimal = ZERO
    peak_return: float = 0.0
    flips: int = 0
    closed: bool = False
    orders: int = 0
    start: AccountState | None = None
    start_version: int = 0


@dataclass(frozen=True, slots=True)
class AccountBook:
    """An account as of its last event.

    ``version`` is that event's; ``previous`` the week before ``week``; ``filled_at`` the instant of
    the newest fill, ``fills`` their number. ``borrow_paid`` (USD) is what a simulated short was
    charged. ``finished_orders`` go back some weeks.
    """

    account_id: AccountId
    name: str
    strategy: str
    model: str
    ledger: AccountState
    open_orders: Mapping[str, OpenOrder] = field(default_factory=dict)
    finished_orders: Mapping[str, FinishedOrder] = field(default_factory=dict)
    week: WeekBook | None = None
    previous: WeekBook | None = None
    filled_at: datetime | None = None
    version: int = 0
    starting_cash: Decimal = ZERO
    borrow_paid: Decimal = ZERO
    fills: int = 0

    def quantity(self, symbol: str) -> Decimal:
        """Signed shares held now."""
        position = self.ledger.positions.get(symbol)
        return position.quantity if position else ZERO

    def expected_positions(self) -> dict[str, Decimal]:
        """Signed shares once every open order has filled; flat symbols are absent."""
        totals = {symbol: held.quantity for symbol, held in self.ledger.positions.items()}
        for order in self.open_orders.values():
            symbol = order.intent.symbol
            totals[symbol] = totals.get(symbol, ZERO) + order.remaining
        return {symbol: quantity for symbol, quantity in totals.items() if quantity}


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
    return _finish(book, event.client_order_id, OrderStatus.REFUSED, event.reason)


@_apply.register
def _(event: OrderCancelled, book: AccountBook) -> AccountBook:
    return _finish(book, event.client_order_id, OrderStatus.CANCELLED, event.reason)


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
        return _finish(book, fill.client_order_id, OrderStatus.FILLED)
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
    return replace(book, ledger=apply_cash(book.ledger, event.amount))


@_apply.register
def _(event: CapitalWithdrawn, book: AccountBook) -> AccountBook:
    return replace(book, ledger=apply_cash(book.ledger, -event.amount))


def _finish(
    book: AccountBook, client_order_id: str, status: OrderStatus, reason: str | None = None
) -> AccountBook:
    """An order at its end leaves the open ones."""
    order = book.open_orders[client_order_id]
    intent = order.intent
    ended = FinishedOrder(status, intent.purpose, intent.decided_at, order.broker_order_id, reason)
    remaining = {key: order for key, order in book.open_orders.items() if key != client_order_id}
    finished = {**book.finished_orders, client_order_id: ended}
    return replace(book, open_orders=remaining, finished_orders=finished)
