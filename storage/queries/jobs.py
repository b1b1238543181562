"""Jobs as people see them: what is open, what was asked for lately, one by its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orjson import loads
from pydantic import JsonValue
from sqlalchemy import RowMapping, select

from core.clock import from_iso
from core.commands import JobKind
from core.desk.job_state import JobStatus
from core.types import WeekId
from storage.projections.jobs import JobRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

JOBS = table_of(JobRow)
OPEN = tuple(status.value for status in JobStatus if status.is_open)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One request of a job; ``done`` of ``total`` steps are behind, 0 of 0 before the first report.

    ``again_at`` while it waits for another attempt, ``detail`` then says why; ``command`` is what
    was asked for and ``result`` what came of it, both plain JSON.
    """

    key: str
    request: int
    kind: JobKind
    week_id: WeekId | None
    status: JobStatus
    requested_at: datetime
    requested_by: str
    attempt: int
    claimed_at: datetime | None
    again_at: datetime | None
    step: str
    done: int
    total: int
    told: str
    cancelled_by: str | None
    detail: str
    finished_at: datetime | None
    command: Mapping[str, JsonValue]
    result: Mapping[str, JsonValue]

    @property
    def is_open(self) -> bool:
        return self.status.is_open

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0


def open_jobs(reader: StoreReader) -> tuple[JobLine, ...]:
    """Every job that has not ended, in the order in which they were asked for."""
    asked = select(JOBS).where(JOBS.c.status.in_(OPEN)).order_by(JOBS.c.requested_position)
    return tuple(map(_line, reader.rows(asked)))


def recent_jobs(
    reader: StoreReader, limit: int = 50, week_id: WeekId | None = None
) -> tuple[JobLine, ...]:
    """The requests made last, newest first; those of one week when it is given."""
    asked = select(JOBS).order_by(JOBS.c.requested_position.desc()).limit(limit)
    if week_id is not None:
        asked = asked.where(JOBS.c.week_id == week_id)
    return tuple(map(_line, reader.rows(asked)))


def one_job(reader: StoreReader, key: str, request: int | None = None) -> JobLine | None:
    """The newest request of this key, or that one; None when there is none."""
    asked = select(JOBS).where(JOBS.c.key == key).order_by(JOBS.c.request.desc()).limit(1)
    if request is not None:
        asked = asked.where(JOBS.c.request == request)
    row = reader.first(asked)
    return None if row is None else _line(row)


def _line(row: RowMapping) -> JobLine:
    return JobLine(
        kind=JobKind(row["kind"]),
        status=JobStatus(row["status"]),
        week_id=WeekId(row["week_id"]) if row["week_id"] else None,
        requested_at=from_iso(row["requested_at"]),
        claimed_at=_instant(row["claimed_at"]),
        again_at=_instant(row["again_at"]),
        finished_at=_instant(row["finished_at"]),
        command=loads(row["command"]),
        result=loads(row["result"]),
        **{name: row[name] for name in _SAME},
    )


_SAME = (
    "key",
    "request",
    "requested_by",
    "attempt",
    "step",
    "done",
    "total",
    "told",
    "cancelled_by",
    "detail",
)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
