"""Events of accounts that share a key: net orders, crosses inside, and whose each fill is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from core.events.envelope import Event
from core.schemas.base import Schema
from core.types import AccountId, Side


class NetPart(Schema):
    """One account's share of a net order: its own client order id and quantity."""

    account_id: AccountId
    client_order_id: str
    quantity: Decimal


class NetOrderIntended(Event):
    """Written before the broker is called: one order over one key for several accounts' intents.

    ``leg`` 1 closes what the key holds, 2 opens beyond it once leg 1 has filled (``after``).
    ``behind`` names orders that must be at their end first: a broker refuses opposite sides at once.
    """

    key: str
    slot: str
    symbol: str
    leg: int
    side: Side
    quantity: Decimal
    client_order_id: str
    parts: tuple[NetPart, ...]
    decided_at: datetime
    after: str | None = None
    behind: tuple[str, ...] = ()


class NetOrderAccepted(Event):
    """The broker took it; every part is accepted from then on."""

    client_order_id: str
    broker_order_id: str
    accepted_at: datetime


class NetOrderRefused(Event):
    """Proven not taken: every part of it is refused."""

    client_order_id: str
    reason: str


class AllocatedPart(Schema):
    client_order_id: str
    account_id: AccountId
    quantity: Decimal


class NetFillAllocated(Event):
    """A fill of a net order, split over its parts once and for all; price in USD a share."""

    net_order_id: str
    fill_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal
    filled_at: datetime
    session: date
    parts: tuple[AllocatedPart, ...]


class InternalCross(Event):
    """Two accounts' opposite intents met inside the desk: no order was sent for this quantity.

    ``price`` is None until the market's first price after the decision is known (`CrossPriced`).
    """

    cross_id: str
    symbol: str
    quantity: Decimal
    buy: NetPart
    sell: NetPart
    decided_at: datetime


class CrossPriced(Event):
    """The mid at which a cross was done, USD a share, and when it was quoted."""

    cross_id: str
    price: Decimal
    priced_at: datetime
    session: date
    source: str
