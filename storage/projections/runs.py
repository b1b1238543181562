"""Runs and their stages, and which run is the official one of its week."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection, as_text


class RunStatus(StrEnum):
    RUNNING = "running"
    FAILED = "failed"
    COMPLETED = "completed"


class StageStatus(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    STALE = "stale"


class WeekRow(SQLModel, table=True):
    """A week that was claimed; ``run_id`` is its official run."""

    __tablename__ = "weeks"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    run_id: str = Field(sa_type=Text)
    claimed_at: str = Field(sa_type=Text)
    closed: bool


class RunRow(SQLModel, table=True):
    """A run, official or what-if. ``as_of`` bounds its market reads; ``started_at`` is wall time."""

    __tablename__ = "runs"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    as_of: str = Field(sa_type=Text)
    parent_run_id: str | None = Field(default=None, sa_type=Text)
    from_stage: str | None = Field(default=None, sa_type=Text)
    overrides: str = Field(sa_type=Text)
    settings_fingerprint: str = Field(sa_type=Text)
    prompts_fingerprint: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    started_at: str = Field(sa_type=Text)
    completed_at: str | None = Field(default=None, sa_type=Text)


class StageRow(SQLModel, table=True):
    """What became of a stage; ``recorded_at`` is the wall time at which it did."""

    __tablename__ = "run_stages"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    stage: str = Field(sa_column=Column(Text, primary_key=True))
    status: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    recorded_at: str = Field(sa_type=Text)


def _claimed(rows: Rows, event: StoredEvent) -> None:
    rows.put(
        WeekRow,
        {
            "week_id": event.payload["week_id"],
            "run_id": event.payload["run_id"],
            "claimed_at": event.occurred_at,
            "closed": False,
        },
    )


def _closed(rows: Rows, event: StoredEvent) -> None:
    rows.change(WeekRow, {"week_id": event.payload["week_id"]}, {"closed": True})


def _started(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    copied = ("run_id", "week_id", "parent_run_id", "from_stage")
    prints = ("settings_fingerprint", "prompts_fingerprint")
    rows.put(
        RunRow,
        {
            **{name: payload[name] for name in (*copied, *prints)},
            "as_of": event.occurred_at,
            "overrides": as_text(payload["overrides"]),
            "status": RunStatus.RUNNING,
            "position": event.position,
            "started_at": event.recorded_at,
        },
    )


def _completed(rows: Rows, event: StoredEvent) -> None:
    changes = {"status": RunStatus.COMPLETED, "completed_at": event.recorded_at}
    rows.change(RunRow, {"run_id": event.payload["run_id"]}, changes)


def _stage_completed(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    _stage(rows, event, StageStatus.SKIPPED if payload["skipped"] else StageStatus.DONE, "")
    failed = {"run_id": payload["run_id"], "status": RunStatus.FAILED}
    rows.change(RunRow, failed, {"status": RunStatus.RUNNING})


def _stage_failed(rows: Rows, event: StoredEvent) -> None:
    message = f"{event.payload['error']}: {event.payload['message']}"
    _stage(rows, event, StageStatus.FAILED, message)
    rows.change(RunRow, {"run_id": event.payload["run_id"]}, {"status": RunStatus.FAILED})


def _stage(rows: Rows, event: StoredEvent, status: StageStatus, message: str) -> None:
    rows.put(
        StageRow,
        {
            "run_id": event.payload["run_id"],
            "stage": event.payload["stage"],
            "status": status,
            "message": message,
            "position": event.position,
            "recorded_at": event.recorded_at,
        },
    )


def _stale(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    changes = {"status": StageStatus.STALE, "message": payload["reason"]}
    for stage in payload["stages"]:
        rows.change(StageRow, {"run_id": payload["run_id"], "stage": stage}, changes)


RUNS = TableProjection(
    "runs",
    (WeekRow, RunRow, StageRow),
    {
        "WeekClaimed": _claimed,
        "WeekClosed": _closed,
        "RunStarted": _started,
        "RunCompleted": _completed,
        "StageCompleted": _stage_completed,
        "StageFailed": _stage_failed,
        "StagesMarkedStale": _stale,
    },
)
