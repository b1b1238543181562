"""Jobs: every request with how far it is and how it ended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlmodel import Field, SQLModel

from core.desk.job_state import JobStatus
from core.events.envelope import StoredEvent
from storage.projections.writing import Rows, TableProjection, as_text


class JobRow(SQLModel, table=True):
    """One request of a job. ``position`` is that of its newest event, ``requested_position`` its first's.

    ``command`` and ``result`` are JSON; ``again_at`` is set while it waits for another attempt.
    """

    __tablename__ = "jobs"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    request: int = Field(sa_column=Column(Integer, primary_key=True))
    kind: str = Field(sa_type=Text)
    week_id: str | None = Field(default=None, sa_column=Column(Text, index=True))
    command: str = Field(sa_type=Text)
    status: str = Field(sa_column=Column(Text, nullable=False, index=True))
    requested_at: str = Field(sa_type=Text)
    requested_by: str = Field(sa_type=Text)
    requested_position: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    position: int = Field(sa_type=BigInteger)
    attempt: int
    token: int | None = None
    claimed_at: str | None = Field(default=None, sa_type=Text)
    again_at: str | None = Field(default=None, sa_type=Text)
    step: str = Field(sa_type=Text)
    done: int
    total: int
    told: str = Field(sa_type=Text)
    cancelled_by: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    detail: str = Field(sa_type=Text)
    result: str = Field(sa_type=Text)
    finished_at: str | None = Field(default=None, sa_type=Text)


def _requested(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    command = payload["command"]
    rows.put(
        JobRow,
        {
            **_key(event),
            "kind": command["kind"],
            "week_id": event.week_id,
            "command": as_text(command),
            "status": JobStatus.REQUESTED,
            "requested_at": event.occurred_at,
            "requested_by": payload["requested_by"],
            "requested_position": event.position,
            "position": event.position,
            "attempt": 0,
            "step": "",
            "done": 0,
            "total": 0,
            "told": "",
            "detail": "",
            "result": "{}",
        },
    )


def _claimed(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    status = JobStatus.CANCELLING if _is_cancelled(rows, event) else JobStatus.CLAIMED
    told = {"attempt": payload["attempt"], "token": payload["token"], "again_at": None}
    _change(rows, event, status=status, claimed_at=event.occurred_at, detail="", **told)


def _progressed(rows: Rows, event: StoredEvent) -> None:
    told = {name: event.payload[name] for name in ("step", "done", "total", "told")}
    status = JobStatus.CANCELLING if _is_cancelled(rows, event) else JobStatus.RUNNING
    _change(rows, event, status=status, **told)


def _cancel_requested(rows: Rows, event: StoredEvent) -> None:
    _change(rows, event, status=JobStatus.CANCELLING, cancelled_by=event.payload["by"])


def _handed_back(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    status = JobStatus.CANCELLING if _is_cancelled(rows, event) else JobStatus.REQUESTED
    waits = {"again_at": payload["again_at"], "detail": payload["reason"], "token": None}
    _change(rows, event, status=status, **waits)


def _finished(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    outcome = payload["outcome"]
    _change(
        rows,
        event,
        status=outcome,
        outcome=outcome,
        detail=payload["detail"],
        result=as_text(payload["result"]),
        finished_at=event.occurred_at,
        again_at=None,
    )


def _key(event: StoredEvent) -> dict[str, Any]:
    return {"key": event.payload["key"], "request": event.payload["request"]}


def _change(rows: Rows, event: StoredEvent, **changes: Any) -> None:
    rows.change(JobRow, _key(event), {**changes, "position": event.position})


def _is_cancelled(rows: Rows, event: StoredEvent) -> bool:
    return any(row["cancelled_by"] is not None for row in rows.read(JobRow, _key(event)))


JOBS = TableProjection(
    "jobs",
    (JobRow,),
    {
        "JobRequested": _requested,
        "JobClaimed": _claimed,
        "JobProgressed": _progressed,
        "JobCancelRequested": _cancel_requested,
        "JobHandedBack": _handed_back,
        "JobFinished": _finished,
    },
)
