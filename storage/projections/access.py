"""Share links and passes as they stand: until when each is good, and when it was last used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection


class ShareRow(SQLModel, table=True):
    """One link; ``opened`` counts the hours in which somebody opened it."""

    __tablename__ = "share_links"

    share_id: str = Field(sa_column=Column(Text, primary_key=True))
    page: str = Field(sa_type=Text)
    week_id: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text)
    created_at: str = Field(sa_type=Text)
    expires_at: str = Field(sa_type=Text)
    revoked_by: str | None = Field(default=None, sa_type=Text)
    revoked_at: str | None = Field(default=None, sa_type=Text)
    first_opened_at: str | None = Field(default=None, sa_type=Text)
    last_opened_at: str | None = Field(default=None, sa_type=Text)
    opened: int = Field(default=0, sa_column=Column(Integer, nullable=False))


class PassRow(SQLModel, table=True):
    """One login or bearer token."""

    __tablename__ = "passes"

    pass_id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    issued_by: str = Field(sa_type=Text)
    issued_at: str = Field(sa_type=Text)
    expires_at: str = Field(sa_type=Text)
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: str | None = Field(default=None, sa_type=Text)


def _created(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    rows.put(
        ShareRow,
        {
            **{name: payload[name] for name in ("share_id", "page", "week_id", "expires_at")},
            "created_by": payload["by"],
            "created_at": event.occurred_at,
            "opened": 0,
        },
    )


def _revoked(rows: Rows, event: StoredEvent) -> None:
    changes = {"revoked_by": event.payload["by"], "revoked_at": event.occurred_at}
    rows.change(ShareRow, {"share_id": event.payload["share_id"]}, changes)


def _opened(rows: Rows, event: StoredEvent) -> None:
    key = {"share_id": event.payload["share_id"]}
    for row in rows.read(ShareRow, key):
        first = row["first_opened_at"] or event.occurred_at
        changes = {"first_opened_at": first, "last_opened_at": event.occurred_at}
        rows.change(ShareRow, key, {**changes, "opened": row["opened"] + 1})


def _issued(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    rows.put(
        PassRow,
        {
            **{name: payload[name] for name in ("pass_id", "kind", "role", "name", "expires_at")},
            "issued_by": payload["by"],
            "issued_at": event.occurred_at,
        },
    )


def _ended(rows: Rows, event: StoredEvent) -> None:
    changes = {"ended_by": event.payload["by"], "ended_at": event.occurred_at}
    rows.change(PassRow, {"pass_id": event.payload["pass_id"]}, changes)


ACCESS = TableProjection(
    "access",
    (ShareRow, PassRow),
    {
        "ShareLinkCreated": _created,
        "ShareLinkRevoked": _revoked,
        "ShareLinkOpened": _opened,
        "PassIssued": _issued,
        "PassEnded": _ended,
    },
)
