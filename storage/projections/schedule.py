"""The scheduler's table: every planned slot with its failed attempts, and whether it pauses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection

THE_ONE = 1


class PlannedSlotRow(SQLModel, table=True):
    """One slot as the calendar gave it; ``attempts`` failed so far, the last one with its line."""

    __tablename__ = "planned_slots"

    slot: str = Field(sa_column=Column(Text, primary_key=True))
    job: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)
    at: str = Field(sa_column=Column(Text, nullable=False, index=True))
    session: str = Field(sa_type=Text)
    week_id: str = Field(sa_type=Text)
    skip: str = Field(sa_type=Text)


class SlotAttemptRow(SQLModel, table=True):
    """A failed attempt of a slot that is tried again, or was."""

    __tablename__ = "slot_attempts"

    slot: str = Field(sa_column=Column(Text, primary_key=True))
    attempt: int = Field(primary_key=True)
    at: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)


class PauseRow(SQLModel, table=True):
    """One row while the scheduler ever paused: ``since`` is None when it works."""

    __tablename__ = "scheduler_pause"

    id: int = Field(primary_key=True)
    paused_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    since: str | None = Field(default=None, sa_type=Text)


def _planned(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    for slot in payload["slots"]:
        rows.put(PlannedSlotRow, {**slot, "session": payload["session"]})


def _attempt(rows: Rows, event: StoredEvent) -> None:
    names = ("slot", "attempt", "at", "detail")
    rows.put(SlotAttemptRow, {name: event.payload[name] for name in names})


def _paused(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    row = {"id": THE_ONE, "paused_by": payload["by"], "reason": payload["reason"]}
    rows.put(PauseRow, {**row, "since": event.occurred_at})


def _resumed(rows: Rows, event: StoredEvent) -> None:
    rows.put(
        PauseRow, {"id": THE_ONE, "paused_by": event.payload["by"], "reason": "", "since": None}
    )


SCHEDULE = TableProjection(
    "schedule",
    (PlannedSlotRow, SlotAttemptRow, PauseRow),
    {
        "SlotsPlanned": _planned,
        "SlotAttemptFailed": _attempt,
        "SchedulerPaused": _paused,
        "SchedulerResumed": _resumed,
    },
)
