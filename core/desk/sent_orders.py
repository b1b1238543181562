"""Every order the log says was sent, with its fills: what a simulated broker restarts from."""

from __future__ import annotations

from collections.abc import Sequence

from core.events.account import OrderAccepted, OrderCancelled, OrderFilled, OrderIntended
from core.ports import EventStore
from core.schemas.order import BrokerFill, OrderIntent, OrderTicket

KINDS = (OrderIntended, OrderAccepted, OrderFilled, OrderCancelled)


def sent_orders(
    store: EventStore,
) -> tuple[Sequence[tuple[OrderTicket, Sequence[BrokerFill]]], set[str]]:
    """Tickets with their recorded fills, oldest first, and the ids of those cancelled since."""
    intents: dict[str, OrderIntent] = {}
    tickets: dict[str, OrderTicket] = {}
    fills: dict[str, list[BrokerFill]] = {}
    cancelled: set[str] = set()
    for row in store.read_all(types=[kind.__name__ for kind in KINDS]):
        event = store.decode(row)
        if isinstance(event, OrderIntended):
            intents[event.intent.client_order_id] = event.intent
        elif isinstance(event, OrderAccepted):
            key = event.client_order_id
            tickets[key] = _ticket(intents[key], event)
        elif isinstance(event, OrderFilled):
            fills.setdefault(event.fill.client_order_id, []).append(event.fill)
        elif isinstance(event, OrderCancelled):
            cancelled.add(event.client_order_id)
    orders = [(ticket, tuple(fills.get(key, ()))) for key, ticket in tickets.items()]
    return orders, cancelled & set(tickets)


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
