"""One account as of an event: cash, positions, open orders, and its week so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from core.rules.ledger import AccountState
from core.schemas.order import OrderIntent, OrderStatus, Purpose
from core.schemas.risk import Target
from core.types import AccountId, RunId, WeekId

ZERO = Decimal(0)


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
    charged, ``capital_moved`` what people put in less what they took out. ``custody`` is as
    `AccountOpened` has it. ``finished_orders`` go back some weeks.
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
    capital_moved: Decimal = ZERO
    custody: AccountId | None = None

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

    def with_ended(
        self, client_order_id: str, status: OrderStatus, reason: str | None = None
    ) -> AccountBook:
        """The account once an order is at its end: it leaves the open ones."""
        order = self.open_orders[client_order_id]
        intent = order.intent
        ended = FinishedOrder(
            status, intent.purpose, intent.decided_at, order.broker_order_id, reason
        )
        others = {key: order for key, order in self.open_orders.items() if key != client_order_id}
        finished = {**self.finished_orders, client_order_id: ended}
        return replace(self, open_orders=others, finished_orders=finished)
