"""Order intents, tickets and fills: Decimal money, deterministic client order ids."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from core.schemas.base import Schema, Symbol
from core.types import AccountId, RunId, Side, WeekId, deterministic_id


class Purpose(StrEnum):
    """Why an order exists; part of its client order id."""

    WEEKLY_CLOSE = "weekly_close"
    WEEKLY_OPEN = "weekly_open"
    CHECKPOINT_CLOSE = "checkpoint_close"
    CHECKPOINT_OPEN = "checkpoint_open"
    HORIZON = "horizon"
    MISSED_WEEK = "missed_week"
    FLATTEN = "flatten"
    LEFT_OVER = "left_over"
    CYCLE_SELL = "cycle_sell"
    CYCLE_BUY = "cycle_buy"


WEEKLY = (Purpose.WEEKLY_CLOSE, Purpose.WEEKLY_OPEN)


class OrderStatus(StrEnum):
    INTENDED = "intended"
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REFUSED = "refused"

    @property
    def terminal(self) -> bool:
        return self in (OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REFUSED)


class RefusalKind(StrEnum):
    """What a broker's refusal was about, told by its message (its codes cover several each)."""

    BUYING_POWER = "buying_power"
    SHARES = "shares"
    SHORTING = "shorting"
    HARD_TO_BORROW = "hard_to_borrow"
    WASH_TRADE = "wash_trade"
    DUPLICATE_ID = "duplicate_id"
    FRACTIONAL = "fractional"
    UNKNOWN_SYMBOL = "unknown_symbol"
    OTHER = "other"


class OrderIntent(Schema):
    """What an account wants to trade, stored before the broker hears of it.

    ``after`` names an order that must be filled first (a close before the opening that follows it);
    an order never crosses zero by itself. ``reference_price`` is the mark at the decision (USD).
    """

    client_order_id: str
    account_id: AccountId
    week_id: WeekId
    run_id: RunId
    symbol: Symbol
    side: Side
    quantity: Decimal
    purpose: Purpose
    sequence: int
    reference_price: Decimal
    decided_at: datetime
    after: str | None = None


class OrderTicket(Schema):
    """What a broker is asked: a market order for the day, quantity positive, Decimal."""

    client_order_id: str
    account_id: AccountId
    symbol: Symbol
    side: Side
    quantity: Decimal
    decided_at: datetime


class BrokerOrder(Schema):
    """A broker's view of an order; ``accepted_at`` is when it took it."""

    client_order_id: str
    broker_order_id: str
    account_id: AccountId
    symbol: Symbol
    side: Side
    quantity: Decimal
    filled_quantity: Decimal
    status: OrderStatus
    accepted_at: datetime


class BrokerFill(Schema):
    """One execution: ``price`` in USD a share after slippage, ``commission`` in USD."""

    fill_id: str
    client_order_id: str
    account_id: AccountId
    symbol: Symbol
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal
    filled_at: datetime
    session: date
    price_kind: str
    source: str


def client_order_id(
    account: AccountId, week: WeekId, run: RunId, purpose: Purpose, sequence: int
) -> str:
    """Deterministic and at most 48 characters, so a broker can be asked for it after a crash."""
    digest = deterministic_id("order", account, week, run, purpose, sequence).hex[:12]
    return f"{account}-{week}-{purpose}-{sequence}-{digest}"
