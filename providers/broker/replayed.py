"""A broker that does what the log says one did: accepts, refuses and fills as recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.desk.recorded_week import RecordedOrders, ReplayCursor
from core.errors import BrokerError, OrderLost, OrderRefused
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus, OrderTicket
from core.types import AccountId
from providers.broker.one_by_one import OneByOne

BEFORE = "sent before this week"


class ReplayedBroker(OneByOne):
    """The Broker port over recorded outcomes; an order never recorded is a BrokerError by its id."""

    def __init__(self, recorded: RecordedOrders, cursor: ReplayCursor) -> None:
        self._recorded = recorded
        self._cursor = cursor
        self._placed: set[str] = set()

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        cid = ticket.client_order_id
        if cid in self._recorded.refusals:
            raise OrderRefused(self._recorded.refusals[cid])
        if cid not in self._recorded.broker_ids:
            raise BrokerError(f"order {cid} was not sent in the recorded week")
        self._placed.add(cid)
        return self._order(cid)

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        """Also an order of an older week, where the record says what became of it."""
        known = client_order_id in self._placed | self._recorded.found
        return self._order(client_order_id) if known or self._ended(client_order_id) else None

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        every = self._recorded.fills.get(client_order_id, ())
        return [fill for position, fill in every if position <= self._cursor.position]

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        if client_order_id not in self._recorded.taken_back:
            raise OrderLost(f"order {client_order_id} was not cancelled in the recorded week")
        there = self._order(client_order_id)
        return there.model_copy(update={"status": OrderStatus.CANCELLED})

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        raise BrokerError("a replay knows orders and fills; positions are folded from them")

    def cash(self, account_id: AccountId) -> Decimal:
        raise BrokerError("a replay knows orders and fills; cash is folded from them")

    def shortable(self, symbol: str) -> bool:
        return symbol not in self._recorded.unshortable

    def _ended(self, client_order_id: str) -> bool:
        """Whether the broker had ended it by itself by the step that is being replayed."""
        ended = self._recorded.ended.get(client_order_id)
        return ended is not None and ended[0] <= self._cursor.position

    def _order(self, client_order_id: str) -> BrokerOrder:
        recorded, intent = self._recorded, self._recorded.intents[client_order_id]
        fills = self.fills(AccountId(intent.account_id), client_order_id)
        ended = self._ended(client_order_id)
        return BrokerOrder(
            client_order_id=client_order_id,
            broker_order_id=recorded.broker_ids.get(client_order_id, BEFORE),
            account_id=intent.account_id,
            symbol=intent.symbol,
            side=intent.side,
            quantity=intent.quantity,
            filled_quantity=sum((fill.quantity for fill in fills), Decimal(0)),
            status=OrderStatus.CANCELLED if ended else OrderStatus.ACCEPTED,
            accepted_at=recorded.accepted_at.get(client_order_id, intent.decided_at),
        )
