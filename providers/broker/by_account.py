"""Several brokers behind one port: each account's orders go to its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.errors import BrokerError
from core.ports import Broker
from core.schemas.order import BrokerFill, BrokerOrder, OrderTicket
from core.types import AccountId


class BrokerByAccount:
    """The Broker port over a desk's broker and others; who is not named in ``others`` is the desk's."""

    def __init__(self, desk: Broker, others: Mapping[AccountId, Broker]) -> None:
        self.desk = desk
        self._others = dict(others)

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        return self._of(ticket.account_id).place(ticket)

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        """One broker's tickets go out together; results stand in the order of the tickets."""
        groups: dict[int, tuple[Broker, list[OrderTicket]]] = {}
        for ticket in tickets:
            broker = self._of(ticket.account_id)
            groups.setdefault(id(broker), (broker, []))[1].append(ticket)
        found: dict[str, BrokerOrder | BrokerError] = {}
        for broker, own in groups.values():
            results = broker.place_all(own)
            found |= {one.client_order_id: it for one, it in zip(own, results, strict=True)}
        return [found[ticket.client_order_id] for ticket in tickets]

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        return self._of(account_id).find(account_id, client_order_id)

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        return self._of(account_id).fills(account_id, client_order_id)

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        return self._of(account_id).cancel(account_id, client_order_id)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return self._of(account_id).positions(account_id)

    def cash(self, account_id: AccountId) -> Decimal:
        return self._of(account_id).cash(account_id)

    def shortable(self, symbol: str) -> bool:
        """The desk's word: the others are asked for no shorts."""
        return self.desk.shortable(symbol)

    def _of(self, account_id: AccountId) -> Broker:
        return self._others.get(account_id, self.desk)
