"""Alpaca's orders and fill activities read as the desk's own, words nobody knows yet included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import ValidationError

from core.clock import in_new_york
from core.errors import BrokerUnavailable
from core.ports import TradingCalendar
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus
from core.types import AccountId, Side
from providers.alpaca.api import Json
from providers.alpaca.parsing import instant, number, plain, word

ENDED = {
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELLED,
    "expired": OrderStatus.CANCELLED,
    "replaced": OrderStatus.CANCELLED,
    "rejected": OrderStatus.REFUSED,
}
"""Every other word, known or new, is an order that is still open."""
SOURCE = "alpaca"
NO_COMMISSION = Decimal(0)


def status_of(row: Json) -> OrderStatus:
    filled = number(row, "filled_qty")
    ended = ENDED.get(str(row.get("status")))
    if ended is not None:
        return ended
    if filled and filled >= number(row, "qty"):
        return OrderStatus.FILLED
    return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.ACCEPTED


def side_of(row: Json, expected: Side | None = None) -> Side:
    """``sell_short``, ``sell_to_open`` and the like are sales; ``expected`` stands in for a new word."""
    for told in (str(row.get("side")), str(row.get("position_intent"))):
        for side in Side:
            if told.lower().startswith(side.value.lower()):
                return side
    if expected is None:
        raise BrokerUnavailable(
            f"order {row.get('client_order_id')}: Alpaca says side {str(row.get('side'))[:30]!r}, "
            "which is neither a buy nor a sale: look at it there"
        )
    return expected


def order_of(account_id: AccountId, row: Json, expected: Side | None = None) -> BrokerOrder:
    """BrokerUnavailable where a field that must be there is not, or is none the desk can read."""
    fields = {
        "client_order_id": word(row, "client_order_id"),
        "broker_order_id": word(row, "id"),
        "account_id": account_id,
        "symbol": word(row, "symbol"),
        "side": side_of(row, expected),
        "quantity": number(row, "qty"),
        "filled_quantity": number(row, "filled_qty"),
        "status": status_of(row),
        "accepted_at": instant(row, "submitted_at"),
    }
    try:
        return BrokerOrder.model_validate(fields)
    except ValidationError as error:
        odd = ", ".join(f"{fault['loc'][0]} {fault['input']!r:.60}" for fault in error.errors())
    raise BrokerUnavailable(
        f"order {fields['client_order_id']}: Alpaca gives it {odd}, which is none this desk knows: "
        "look at it there"
    )


def wire_order(client_order_id: str, symbol: str, side: Side, quantity: Decimal) -> Json:
    """A market order for the day; the quantity is exact text, never a float."""
    return {
        "symbol": symbol,
        "qty": plain(quantity.normalize()),
        "side": side.value.lower(),
        "type": "market",
        "time_in_force": "day",
        "client_order_id": client_order_id,
    }


def proven_fills(order: BrokerOrder, activities: Iterable[Json]) -> Sequence[Json]:
    """The order's fills without repeats, oldest first, up to the first that is still missing.

    Every activity says the quantity filled up to it. One that came before its predecessor waits for
    it, so that what was once reported stays the beginning of every later report.
    """
    own = {
        str(row.get("id")): row
        for row in activities
        if row.get("order_id") == order.broker_order_id
    }
    proven: list[Json] = []
    filled = Decimal(0)
    for row in sorted(own.values(), key=_sequence):
        quantity = number(row, "qty")
        reached = number(row, "cum_qty") if row.get("cum_qty") is not None else filled + quantity
        if reached <= filled:
            continue
        if reached - quantity > filled:
            break
        proven.append(row)
        filled = reached
    return proven


def fill_of(order: BrokerOrder, row: Json, calendar: TradingCalendar) -> BrokerFill:
    filled_at = instant(row, "transaction_time")
    return BrokerFill(
        fill_id=word(row, "id"),
        client_order_id=order.client_order_id,
        account_id=order.account_id,
        symbol=order.symbol,
        side=order.side,
        quantity=number(row, "qty"),
        price=number(row, "price"),
        commission=NO_COMMISSION,
        filled_at=filled_at,
        session=calendar.session_on_or_before(in_new_york(filled_at).date()),
        price_kind="trade",
        source=SOURCE,
    )


def _sequence(row: Json) -> tuple[Decimal, datetime, str]:
    reached = number(row, "cum_qty") if row.get("cum_qty") is not None else Decimal(0)
    return reached, instant(row, "transaction_time"), word(row, "id")
