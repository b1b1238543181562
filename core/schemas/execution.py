"""What became of each intent when the broker was asked."""

from __future__ import annotations

from enum import StrEnum

from core.schemas.base import Schema
from core.types import AccountId


class Submission(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAITING = "waiting"
    """Not sent yet: it follows an order that must fill first."""


class OrderOutcome(Schema):
    client_order_id: str
    account_id: AccountId
    submission: Submission
    broker_order_id: str | None = None
    reason: str | None = None


class ExecutionResult(Schema):
    outcomes: tuple[OrderOutcome, ...]
