"""Taking back an order that was planned: nothing of it may go out once the ledger has ended it."""

from __future__ import annotations

from core.errors import OrderLost
from core.ports import Broker
from core.schemas.order import OrderIntent, OrderStatus


def taken(broker: Broker, intent: OrderIntent) -> bool:
    """Whether the broker has the planned order after all; if not, it will never send it either.

    It was sent where the process died before it could say so. A broker that nets several accounts
    may have it among what is still to go out: that is withdrawn here.
    """
    if broker.find(intent.account_id, intent.client_order_id) is not None:
        return True
    try:
        left = broker.cancel(intent.account_id, intent.client_order_id)
    except OrderLost:
        return False
    return left.status is not OrderStatus.CANCELLED or bool(left.filled_quantity)
