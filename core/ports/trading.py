"""What a run asks before and while it trades: what accounts own, who said yes, the way to the broker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from core.schemas.approval import OrderApprovals
from core.schemas.breaker import Halt
from core.schemas.execution import OrderOutcome
from core.schemas.order import OrderIntent, OrderTicket
from core.types import AccountId


class Accounts(Protocol):
    """What each account owns when a run plans its orders."""

    def equity(self, account_id: AccountId, marks: Mapping[str, Decimal]) -> Decimal:
        """Cash plus signed positions at ``marks`` (USD a share); a held symbol without a mark is NoBars."""
        ...

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        """Signed shares once every open order has filled; flat symbols are absent."""
        ...

    def halts(self, account_id: AccountId) -> tuple[Halt, ...]:
        """What stops new positions of the account now; empty when nothing does."""
        ...


class Approvals(Protocol):
    """The word of people on what a run would trade."""

    def concluded(self) -> OrderApprovals:
        """Every account's decision; ApprovalPending while one is neither decided nor expired."""
        ...


class TradingGate(Protocol):
    """Whether an order may go out at this very moment; asked immediately before each, never kept."""

    def refusal(self, ticket: OrderTicket) -> str | None:
        """Why it may not, in one line; None when it may."""
        ...


class OrderRoute(Protocol):
    """Brings stored intents to the broker exactly once each, and records what became of them."""

    def submit(self, intents: Sequence[OrderIntent]) -> Sequence[OrderOutcome]: ...
