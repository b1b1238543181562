"""How conviction moved between Wednesdays, and what the postmortem made of the week."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection, as_text


class ConvictionRow(SQLModel, table=True):
    """One decided checkpoint of one account; price and P/L in USD as decimal text."""

    __tablename__ = "conviction_points"
    __table_args__ = (Index("ix_conviction_points_account_week", "account_id", "week_id"),)

    checkpoint_id: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    account_id: str = Field(sa_type=Text)
    time: str = Field(sa_type=Text)
    at: str = Field(sa_type=Text)
    conviction_before: float
    conviction_after: float
    action: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)
    reason_delta: str = Field(sa_type=Text)
    engine: str = Field(sa_type=Text)
    price: str | None = Field(default=None, sa_type=Text)
    pnl: str | None = Field(default=None, sa_type=Text)
    return_since_entry: float | None = None
    panic: bool
    invalidated: bool


class QuietCheckpointsRow(SQLModel, table=True):
    """How many checkpoints of an account's week had no new price: nothing was decided."""

    __tablename__ = "quiet_checkpoints"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    slots: int


class PostmortemRow(SQLModel, table=True):
    """The newest postmortem of a week, provisional or final, whole as JSON."""

    __tablename__ = "postmortems"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    provisional: bool
    written_at: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)


class PostmortemTextRow(SQLModel, table=True):
    """What the chairman's model wrote of a closed week, whole as JSON; or why it wrote nothing."""

    __tablename__ = "postmortem_texts"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    model: str = Field(sa_type=Text)
    written_at: str = Field(sa_type=Text)
    document: str | None = Field(default=None, sa_type=Text)
    failed_because: str = Field(default="", sa_type=Text)


COPIED = (
    "checkpoint_id",
    "week_id",
    "account_id",
    "time",
    "conviction_before",
    "conviction_after",
    "action",
    "rule",
    "reason_delta",
    "engine",
    "price",
    "pnl",
    "return_since_entry",
    "panic",
    "invalidated",
)


def _decided(rows: Rows, event: StoredEvent) -> None:
    decision: dict[str, Any] = event.payload["decision"]  # type: ignore[assignment]  # JSON object
    rows.put(ConvictionRow, {**{name: decision[name] for name in COPIED}, "at": event.occurred_at})


def _no_new_price(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    key = {"week_id": payload["week_id"], "account_id": payload["account_id"]}
    rows.count(QuietCheckpointsRow, key, "slots")


def _postmortem(rows: Rows, event: StoredEvent) -> None:
    written: dict[str, Any] = event.payload["postmortem"]  # type: ignore[assignment]  # JSON object
    rows.put(
        PostmortemRow,
        {
            "week_id": written["week_id"],
            "provisional": written["provisional"],
            "written_at": event.occurred_at,
            "document": as_text(written),
        },
    )


def _told(rows: Rows, event: StoredEvent) -> None:
    told: dict[str, Any] = event.payload["told"]  # type: ignore[assignment]  # JSON object
    rows.put(
        PostmortemTextRow,
        {
            "week_id": told["week_id"],
            "model": told["model"],
            "written_at": event.occurred_at,
            "document": as_text(told),
            "failed_because": "",
        },
    )


def _not_told(rows: Rows, event: StoredEvent) -> None:
    rows.put(
        PostmortemTextRow,
        {
            "week_id": event.payload["week_id"],
            "model": event.payload["model"],
            "written_at": event.occurred_at,
            "document": None,
            "failed_because": event.payload["reason"],
        },
    )


CHECKPOINTS = TableProjection(
    "checkpoints",
    (ConvictionRow, QuietCheckpointsRow, PostmortemRow, PostmortemTextRow),
    {
        "CheckpointDecided": _decided,
        "NoNewPrice": _no_new_price,
        "PostmortemWritten": _postmortem,
        "PostmortemTextWritten": _told,
        "PostmortemTextFailed": _not_told,
    },
)
