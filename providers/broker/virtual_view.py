"""One account's order, as the net orders and crosses it went into stand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.errors import BrokerError, OrderRefused
from core.schemas.order import BrokerOrder, OrderStatus
from providers.broker.virtual_book import VirtualBook, Wish


def outcome(
    book: VirtualBook, client_order_id: str, troubles: Mapping[str, BrokerError]
) -> BrokerOrder | BrokerError:
    """What became of a ticket; ``troubles`` are net orders nobody could tell of, by id."""
    wish = book.wishes[client_order_id]
    trouble = next((troubles[net_id] for net_id in wish.nets if net_id in troubles), None)
    if trouble is not None:
        return trouble
    if book.wholly_refused(wish):
        return OrderRefused(book.refusal(wish) or "refused")
    return view(book, client_order_id)


def view(book: VirtualBook, client_order_id: str) -> BrokerOrder:
    """An account's order as its net orders and crosses stand."""
    wish = book.wishes[client_order_id]
    filled = book.filled(client_order_id)
    nets = [book.nets[net_id] for net_id in wish.nets]
    accepted = [order.accepted for order in nets if order.accepted is not None]
    crossed = [book.crosses[cross_id] for cross_id in wish.crosses]
    first = min(
        (
            *(one.accepted_at for one in accepted),
            *(one.decided_at for one in crossed),
            *(order.intended.decided_at for order in nets if order.accepted is None),
        )
    )
    ids = (*(one.broker_order_id for one in accepted), *wish.crosses)
    return BrokerOrder(
        client_order_id=client_order_id,
        broker_order_id="+".join(ids) or "waiting",
        account_id=wish.account_id,
        symbol=wish.symbol,
        side=wish.side,
        quantity=wish.quantity,
        filled_quantity=filled,
        status=_status(book, wish, filled),
        accepted_at=first,
    )


def _status(book: VirtualBook, wish: Wish, filled: Decimal) -> OrderStatus:
    if filled >= wish.quantity:
        return OrderStatus.FILLED
    if book.refusal(wish) is not None and book.over(wish):
        return OrderStatus.CANCELLED
    return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.ACCEPTED
