"""What is used while work is under way: calls, tokens and dollars of one run, or since a job began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import RowMapping, select

from core.types import WeekId
from storage.projections.call_costs import CallCostRow
from storage.projections.calls import CallRow, CallStatus
from storage.projections.jobs import JobRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

CALLS, BILLS = table_of(CallRow), table_of(CallCostRow)
JOBS = table_of(JobRow)
COUNTED = ("prompt_tokens", "completion_tokens", "cost_usd")
CHECKPOINTS = "checkpoint/%"


@dataclass(frozen=True, slots=True)
class Use:
    """Calls that ended, their tokens in and out as the providers counted them, and USD as billed."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def run_use(reader: StoreReader, run_id: str) -> Use:
    """Of one run, or of a conversation by its id."""
    columns = [CALLS.c[name] for name in COUNTED]
    ended = CALLS.c.status != CallStatus.ASKED
    return _summed(reader.rows(select(*columns).where(CALLS.c.run_id == run_id, ended)))


def job_use(reader: StoreReader, week_id: WeekId, key: str, request: int) -> Use:
    """Of the week's work since this job was asked for."""
    asked = select(JOBS.c.requested_position).where(JOBS.c.key == key, JOBS.c.request == request)
    row = reader.first(asked)
    return _summed([]) if row is None else use_since(reader, week_id, row["requested_position"])


def use_since(reader: StoreReader, week_id: WeekId, position: int) -> Use:
    """Of a week's work after that place in the log; checkpoints, which may run beside it, left out."""
    columns = [BILLS.c[name] for name in COUNTED]
    own = (BILLS.c.week_id == week_id, BILLS.c.position > position)
    return _summed(reader.rows(select(*columns).where(*own, BILLS.c.call.notlike(CHECKPOINTS))))


def _summed(rows: Iterable[RowMapping]) -> Use:
    found = list(rows)
    return Use(
        calls=len(found),
        prompt_tokens=sum(row["prompt_tokens"] for row in found),
        completion_tokens=sum(row["completion_tokens"] for row in found),
        cost_usd=sum((Decimal(row["cost_usd"]) for row in found), Decimal(0)),
    )
