"""A broker behind the gate: asked before every single order, also in the middle of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.errors import BrokerError, OrderRefused
from core.ports import Broker, TradingGate
from core.schemas.order import BrokerFill, BrokerOrder, OrderTicket
from core.schemas.statement import Statement
from core.types import AccountId
from providers.broker.one_by_one import OneByOne
from providers.broker.virtual_key import KeyBroker


class GatedBroker(OneByOne):
    """The Broker port over ``inner``: what the gate refuses is OrderRefused with its reason.

    A slot's tickets go out one after the other, and the gate is asked before each.
    """

    def __init__(self, inner: Broker, gate: TradingGate) -> None:
        self.inner = inner
        self._gate = gate

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        self._ask(ticket)
        return self.inner.place(ticket)

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        return self.inner.find(account_id, client_order_id)

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        return self.inner.fills(account_id, client_order_id)

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        return self.inner.cancel(account_id, client_order_id)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return self.inner.positions(account_id)

    def cash(self, account_id: AccountId) -> Decimal:
        return self.inner.cash(account_id)

    def shortable(self, symbol: str) -> bool:
        return self.inner.shortable(symbol)

    def _ask(self, ticket: OrderTicket) -> None:
        reason = self._gate.refusal(ticket)
        if reason is not None:
            raise OrderRefused(reason)


class GatedTogether(GatedBroker):
    """For an ``inner`` that nets a slot's tickets: those the gate refuses are not netted.

    The key behind ``inner`` needs a `GatedBroker` of its own: net orders go out one by one, some of
    them long after they were netted.
    """

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        refused: dict[str, BrokerError] = {}
        for ticket in tickets:
            try:
                self._ask(ticket)
            except OrderRefused as error:
                refused[ticket.client_order_id] = error
        allowed = [one for one in tickets if one.client_order_id not in refused]
        placed = iter(self.inner.place_all(allowed))
        return [refused.get(one.client_order_id) or next(placed) for one in tickets]


class GatedKey(GatedBroker):
    """The account that several share, behind the gate of net orders; its own books pass through."""

    def __init__(self, inner: KeyBroker, gate: TradingGate) -> None:
        super().__init__(inner, gate)
        self._statements = inner

    def custodies(self) -> Mapping[AccountId, Sequence[AccountId]]:
        return self._statements.custodies()

    def statement(self, custody: AccountId) -> Statement:
        return self._statements.statement(custody)
