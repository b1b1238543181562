"""Events of one account: opened, given a target, orders and fills, checkpoints, costs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from core.events.envelope import Event
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.order import BrokerFill, OrderIntent
from core.schemas.risk import LimitHit, Target
from core.types import AccountId, RunId, WeekId


def _nowhere(custody: AccountId | None) -> bool:
    """Such a custody is left out of the record: accounts opened without one keep their hashes."""
    return custody is None


class AccountOpened(Event):
    """An account is strategy + seat + model lineage; ``model`` is a label, cash in USD.

    ``custody`` is where a strategy's account stands at the desk's broker, for life: None for one that
    fills at bars, and for the council's accounts, which are wherever the desk is.
    """

    account_id: AccountId
    name: str
    strategy: str
    model: str
    starting_cash: Decimal
    custody: AccountId | None = Field(default=None, exclude_if=_nowhere)


class SeatModelChanged(Event):
    """From ``week_id`` on another model sits here: its track record starts anew at that week."""

    account_id: AccountId
    week_id: WeekId
    model: str
    previous_model: str


class TargetSet(Event):
    """The week's target; orders decided now fill in ``entry_session``, horizons count from it."""

    week_id: WeekId
    run_id: RunId
    target: Target
    entry_session: date


class OrderIntended(Event):
    """Written before the broker is called; the broker can be asked for this id after a crash."""

    intent: OrderIntent


class OrderAccepted(Event):
    client_order_id: str
    broker_order_id: str
    sent_at: datetime


class OrderRejected(Event):
    """Proven not taken by the broker, with its reason."""

    client_order_id: str
    reason: str


class OrderCancelled(Event):
    client_order_id: str
    reason: str


class OrderFilled(Event):
    fill: BrokerFill


class CheckpointDecided(Event):
    decision: CheckpointDecision


class CheckpointLimited(Event):
    """Hard limits that cut or refused what a checkpoint wanted to open, with their numbers."""

    checkpoint_id: str
    week_id: WeekId
    account_id: AccountId
    hits: tuple[LimitHit, ...]


class NoNewPrice(Event):
    """No price became known since the last slot: nothing is decided, nothing acted on."""

    checkpoint_id: str
    week_id: WeekId
    time: str
    account_id: AccountId
    price_known_at: datetime


class BorrowCharged(Event):
    """Borrow cost of a simulated short for one session, USD, positive = paid."""

    account_id: AccountId
    session: date
    symbol: str
    amount: Decimal
