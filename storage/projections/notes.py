"""Notes as they stand: what was pinned where, by whom, and what was taken back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection


class NoteRow(SQLModel, table=True):
    """One note; ``withdrawn_by`` is None while it is shown."""

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_kind_about", "kind", "about"),
        Index("ix_notes_week_id", "week_id"),
    )

    note_id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_type=Text)
    about: str = Field(sa_type=Text)
    week_id: str | None = Field(default=None, sa_type=Text)
    text: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    added_at: str = Field(sa_type=Text)
    event_id: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    withdrawn_by: str | None = Field(default=None, sa_type=Text)


def _added(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    rows.put(
        NoteRow,
        {
            **payload["subject"],
            **{name: payload[name] for name in ("note_id", "text", "by")},
            "added_at": event.occurred_at,
            "event_id": event.event_id,
            "position": event.position,
            "withdrawn_by": None,
        },
    )


def _withdrawn(rows: Rows, event: StoredEvent) -> None:
    key = {"note_id": event.payload["note_id"]}
    rows.change(NoteRow, key, {"withdrawn_by": event.payload["by"]})


NOTES = TableProjection("notes", (NoteRow,), {"NoteAdded": _added, "NoteWithdrawn": _withdrawn})
