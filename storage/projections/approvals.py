"""What weeks proposed to trade, and every word on it, account by account."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Integer, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from core.schemas.approval import Proposal
from storage.projections.writing import Rows, TableProjection, as_text


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    IDLE = "idle"
    """Nothing held and nothing wanted: nobody is asked."""


class ProposalRow(SQLModel, table=True):
    """A run that stopped before its orders, until when it waits, and which week ended the wait."""

    __tablename__ = "proposals"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    proposed_at: str = Field(sa_type=Text)
    expires_at: str = Field(sa_type=Text)
    superseded_by: str | None = Field(default=None, sa_type=Text)


class ApprovalRow(SQLModel, table=True):
    """One account of a proposal, in its order; ``document`` is the frozen proposal as JSON."""

    __tablename__ = "approvals"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    place: int = Field(sa_column=Column(Integer, nullable=False))
    notional: str = Field(sa_type=Text)
    cash_before: str = Field(sa_type=Text)
    cash_after: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: str | None = Field(default=None, sa_type=Text)


def _proposed(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    rows.put(
        ProposalRow,
        {
            "run_id": payload["run_id"],
            "week_id": payload["week_id"],
            "proposed_at": event.occurred_at,
            "expires_at": payload["expires_at"],
            "superseded_by": None,
        },
    )
    accounts = [_account(event, place, one) for place, one in enumerate(payload["proposals"])]
    rows.put(ApprovalRow, *accounts)


def _account(event: StoredEvent, place: int, document: dict[str, Any]) -> dict[str, Any]:
    idle = Proposal.model_validate(document).is_idle
    return {
        "run_id": event.payload["run_id"],
        "account_id": document["account_id"],
        "week_id": event.payload["week_id"],
        "place": place,
        **{name: _plain(document[name]) for name in ("notional", "cash_before", "cash_after")},
        "document": as_text(document),
        "status": ApprovalStatus.IDLE if idle else ApprovalStatus.PENDING,
        "reason": "",
        "decided_by": "",
        "decided_at": event.occurred_at if idle else None,
    }


def _plain(amount: Any) -> str:
    return f"{Decimal(amount):f}"


def _decided(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    approved = payload["approved"]
    _change(
        rows,
        event,
        payload["account_id"],
        {
            "status": ApprovalStatus.APPROVED if approved else ApprovalStatus.REJECTED,
            "reason": payload["reason"],
            "decided_by": payload["by"],
        },
    )


def _expired(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    newer = payload["superseded_by"]
    for account in payload["accounts"]:
        _change(rows, event, account, {"status": ApprovalStatus.EXPIRED})
    rows.change(ProposalRow, {"run_id": payload["run_id"]}, {"superseded_by": newer})


def _change(rows: Rows, event: StoredEvent, account: str, changes: dict[str, Any]) -> None:
    key = {"run_id": event.payload["run_id"], "account_id": account}
    rows.change(ApprovalRow, key, {**changes, "decided_at": event.occurred_at})


APPROVALS = TableProjection(
    "approvals",
    (ProposalRow, ApprovalRow),
    {"OrdersProposed": _proposed, "ApprovalDecided": _decided, "ApprovalExpired": _expired},
)
