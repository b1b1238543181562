"""Events of the approval gate, in ``run/{run_id}/approval``: proposed, decided, expired; its outcome."""

from __future__ import annotations

from datetime import datetime

from core.events.envelope import Event
from core.events.week import ValueBound
from core.schemas.approval import OrderApprovals, Proposal
from core.types import AccountId, RunId, WeekId


class OrdersProposed(Event):
    """The week stopped before its orders; from ``expires_at`` on nothing of it can be approved."""

    run_id: RunId
    week_id: WeekId
    proposals: tuple[Proposal, ...]
    expires_at: datetime


class ApprovalDecided(Event):
    """A person's word on one account; ``by`` is how that person is called."""

    run_id: RunId
    account_id: AccountId
    approved: bool
    reason: str
    by: str


class ApprovalExpired(Event):
    """Nobody decided on these accounts in time, or before week ``superseded_by`` began.

    A superseded run is never continued, whatever of it was approved.
    """

    run_id: RunId
    accounts: tuple[AccountId, ...]
    superseded_by: WeekId | None = None


class ApprovalsConcluded(ValueBound):
    value: OrderApprovals
