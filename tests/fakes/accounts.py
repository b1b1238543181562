"""Accounts and an order route in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.errors import NoBars, OrderUnknown
from core.schemas.breaker import Halt
from core.schemas.execution import OrderOutcome, Submission
from core.schemas.order import OrderIntent
from core.types import AccountId

START = Decimal(100_000)


class FakeAccounts:
    """Every account holds ``positions[account_id]`` and the rest of $100,000 at ``cost`` in cash."""

    def __init__(
        self,
        positions: Mapping[str, Mapping[str, Decimal]] | None = None,
        halted: Mapping[str, tuple[Halt, ...]] | None = None,
    ) -> None:
        self._positions = positions or {}
        self._halted = halted or {}

    def equity(self, account_id: AccountId, marks: Mapping[str, Decimal]) -> Decimal:
        for symbol in self.positions(account_id):
            if symbol not in marks:
                raise NoBars(f"no mark for {symbol}, which {account_id} holds")
        return START

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return self._positions.get(account_id, {})

    def halts(self, account_id: AccountId) -> tuple[Halt, ...]:
        return self._halted.get(account_id, ())


class FakeRoute:
    """Takes every order that waits for no other, refuses ``refused``, and counts submissions."""

    def __init__(self, refused: Mapping[str, str] | None = None, lost: str | None = None) -> None:
        self.submitted: list[str] = []
        self._refused, self._lost = refused or {}, lost

    def submit(self, intents: Sequence[OrderIntent]) -> Sequence[OrderOutcome]:
        return [self._submit(intent) for intent in intents]

    def _submit(self, intent: OrderIntent) -> OrderOutcome:
        self.submitted.append(intent.client_order_id)
        if intent.client_order_id == self._lost:
            raise OrderUnknown(f"order {intent.client_order_id} may have been taken: look it up")
        reason = self._refused.get(intent.client_order_id)
        state = Submission.WAITING if intent.after else Submission.ACCEPTED
        return OrderOutcome(
            client_order_id=intent.client_order_id,
            account_id=intent.account_id,
            submission=Submission.REFUSED if reason else state,
            reason=reason,
        )
