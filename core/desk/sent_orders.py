"""Every order the log says was sent, with its fills: what a simulated broker restarts from and follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from core.desk.tail import Tail
from core.events.account import (
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderRejected,
)
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.ports import EventStore
from core.schemas.order import BrokerFill, OrderIntent, OrderTicket
from core.types import AccountId

KINDS = (
    OrderIntended,
    OrderAccepted,
    OrderRejected,
    OrderFilled,
    OrderCancelled,
    CapitalDeposited,
    CapitalWithdrawn,
)


class Moved(NamedTuple):
    """Money a person put into an account (USD, positive) or took out of it, by its event's id."""

    event_id: str
    account_id: AccountId
    amount: Decimal


class Sent(NamedTuple):
    """Tickets with the fills recorded of them, oldest first, the ids of orders cancelled, and capital."""

    orders: Sequence[tuple[OrderTicket, Sequence[BrokerFill]]]
    cancelled: frozenset[str]
    capital: Sequence[Moved] = ()


class SentOrders:
    """Each look tells what the log has gained since the last one; the first tells all of it.

    With ``accounts`` only theirs: each broker hears of its own.
    """

    def __init__(self, store: EventStore, accounts: Collection[AccountId] | None = None) -> None:
        self._store = store
        self._accounts = accounts
        self._tail = Tail(store, {kind.__name__ for kind in KINDS})
        self._intents: dict[str, OrderIntent] = {}  # of orders that are not sent yet

    def news(self) -> Sent:
        tickets: dict[str, OrderTicket] = {}
        fills: dict[str, list[BrokerFill]] = {}
        cancelled: set[str] = set()
        capital: list[Moved] = []
        for row in self._tail.read():
            if not self._is_wanted(row.stream_id):
                continue
            event = self._store.decode(row)
            if isinstance(event, OrderIntended):
                self._intents[event.intent.client_order_id] = event.intent
            elif isinstance(event, OrderAccepted):
                key = event.client_order_id
                tickets[key] = _ticket(self._intents.pop(key), event)
            elif isinstance(event, OrderRejected):
                self._intents.pop(event.client_order_id, None)
            elif isinstance(event, OrderFilled):
                fills.setdefault(event.fill.client_order_id, []).append(event.fill)
            elif isinstance(event, OrderCancelled):
                self._intents.pop(event.client_order_id, None)
                cancelled.add(event.client_order_id)
            elif isinstance(event, CapitalDeposited):
                capital.append(Moved(row.event_id, event.account_id, event.amount))
            elif isinstance(event, CapitalWithdrawn):
                capital.append(Moved(row.event_id, event.account_id, -event.amount))
        orders = [(ticket, tuple(fills.get(key, ()))) for key, ticket in tickets.items()]
        return Sent(orders, frozenset(cancelled), capital)

    def _is_wanted(self, stream_id: str) -> bool:
        return self._accounts is None or stream_id.partition("/")[2] in self._accounts


def _ticket(intent: OrderIntent, accepted: OrderAccepted) -> OrderTicket:
    """The ticket as it was sent."""
    return OrderTicket(
        client_order_id=intent.client_order_id,
        account_id=intent.account_id,
        symbol=intent.symbol,
        side=intent.side,
        quantity=intent.quantity,
        decided_at=accepted.sent_at,
    )
