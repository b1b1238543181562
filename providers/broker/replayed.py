"""A broker that does what the log says one did: accepts, refuses and fills as recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.desk.recorded_week import RecordedOrders, ReplayCursor
from core.errors import BrokerError, OrderRefused
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus, OrderTicket
from core.types import AccountId
from providers.broker.one_by_one import OneByOne


class ReplayedBroker(OneByOne):
    """The Broker port over recorded outcomes; an order never recorded is a BrokerError by its id."""

    def __init__(self, recorded: RecordedOrders, cursor: ReplayCursor) -> None:
        self._recorded = recorded
        self._cursor = cursor
        self._placed: dict[str, OrderTicket] = {}

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        cid = ticket.client_order_id
        if cid in self._recorded.refusals:
            raise OrderRefused(self._recorded.refusals[cid])
        if cid not in self._recorded.broker_ids:
            raise BrokerError(f"order {cid} was not sent in the recorded week")
        self._placed[cid] = ticket
        return self._order(ticket)

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        ticket = self._placed.get(client_order_id)
        return self._order(ticket) if ticket else None

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        every = self._recorded.fills.get(client_order_id, ())
        return [fill for position, fill in every if position <= self._cursor.position]

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        raise BrokerError(f"order {client_order_id} was not cancelled in the recorded week")

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        raise BrokerError("a replay knows orders and fills; positions are folded from them")

    def cash(self, account_id: AccountId) -> Decimal:
        raise BrokerError("a replay knows orders and fills; cash is folded from them")

    def shortable(self, symbol: str) -> bool:
        return symbol not in self._recorded.unshortable

    def _order(self, ticket: OrderTicket) -> BrokerOrder:
        return BrokerOrder(
            client_order_id=ticket.client_order_id,
            broker_order_id=self._recorded.broker_ids[ticket.client_order_id],
            account_id=ticket.account_id,
            symbol=ticket.symbol,
            side=ticket.side,
            quantity=ticket.quantity,
            filled_quantity=Decimal(0),
            status=OrderStatus.ACCEPTED,
            accepted_at=self._recorded.accepted_at[ticket.client_order_id],
        )
