"""What people put into each account less what they took out, read on at each look."""

from __future__ import annotations

from decimal import Decimal

from core.desk.tail import Tail
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.ports import EventStore
from core.types import AccountId, Money

ZERO = Decimal(0)


class MovedCapital:
    """USD by account; a log that has not grown costs one question."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._tail = Tail(store, {CapitalDeposited.__name__, CapitalWithdrawn.__name__})
        self._moved: dict[AccountId, Money] = {}

    def of(self, account_id: AccountId) -> Money:
        """0 for an account nobody moved any of."""
        for row in self._tail.read():
            event = self._store.decode(row)
            assert isinstance(event, CapitalDeposited | CapitalWithdrawn)  # by its type name
            sign = 1 if isinstance(event, CapitalDeposited) else -1
            known = self._moved.get(event.account_id, ZERO)
            self._moved[event.account_id] = known + sign * event.amount
        return self._moved.get(account_id, ZERO)
