"""A broker: one account's orders there, and its own books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from core.errors import BrokerError
from core.schemas.order import BrokerFill, BrokerOrder, OrderTicket
from core.schemas.statement import Statement
from core.types import AccountId


class Broker(Protocol):
    """One account's orders at a broker.

    ``place`` is asked once per client order id. OrderRefused proves it was not taken; OrderUnknown
    means it may have been: look it up with ``find``. A failed look-up raises, it is never "no order".
    """

    def place(self, ticket: OrderTicket) -> BrokerOrder: ...

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        """Place a slot's tickets together, one result a ticket in their order.

        Accounts that share one key are netted here; elsewhere it is `place`, one after the other.
        A ticket's OrderRefused, OrderUnknown or BrokerUnavailable is its result and stops no other.
        """
        ...

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        """The order by its client id; None only when the broker says it has none."""
        ...

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        """Every fill of that order so far, oldest first; OrderLost when the broker has no such order."""
        ...

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder: ...

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        """Signed quantity per symbol; a flat symbol is absent."""
        ...

    def cash(self, account_id: AccountId) -> Decimal: ...

    def shortable(self, symbol: str) -> bool: ...


class Statements(Protocol):
    """A broker whose own books can be compared with the ledger."""

    def custodies(self) -> Mapping[AccountId, Sequence[AccountId]]:
        """The broker's accounts, each with the desk's accounts it stands for."""
        ...

    def statement(self, custody: AccountId) -> Statement:
        """What it holds now; BrokerUnavailable when nothing is known."""
        ...
