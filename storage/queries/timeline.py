"""The stages of a run on one line of time: when each began, how long it took, what it cost, who failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orjson import loads
from sqlalchemy import RowMapping, Select, select

from core.clock import from_iso
from core.events.calls import ModelCallRequested, ResearchRequested
from core.events.week import StageCompleted
from core.types import RunId, WeekId
from storage.projections.call_costs import ANSWERED, CallCostRow
from storage.projections.calls import CallRow, CallStatus
from storage.projections.runs import StageRow, StageStatus
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS, STAGES = table_of(EventRow), table_of(StageRow)
BILLS, CALLS = table_of(CallCostRow), table_of(CallRow)
ASKED = (ModelCallRequested.__name__, ResearchRequested.__name__)


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A stage of the run; ``seconds`` of wall time, None where nobody measured it.

    ``began`` and ``ended`` are wall time; ``bills`` its calls of models, ``failed`` of them gave no
    answer.
    """

    stage: str
    status: StageStatus
    message: str
    began: datetime
    ended: datetime
    seconds: float | None
    cost_usd: Decimal
    bills: int
    failed: int


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that gave no answer in the end: ``call`` is its name within the run."""

    call: str
    model: str
    message: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """``spans`` in the order in which they began."""

    spans: tuple[StageSpan, ...]
    failed_calls: tuple[FailedCall, ...]

    @property
    def cost_usd(self) -> Decimal:
        return sum((span.cost_usd for span in self.spans), Decimal(0))


def run_timeline(reader: StoreReader, week_id: WeekId, run_id: RunId) -> Timeline:
    """Of the official run of a week; no spans before its first stage is done."""
    took, asked = _durations(reader, week_id, run_id), _first_calls(reader, run_id)
    bills = _bills(reader, week_id, run_id)
    rows = reader.rows(select(STAGES).where(STAGES.c.run_id == run_id))
    spans = [
        _span(row, took.get(row["stage"]), asked.get(row["stage"]), bills.get(row["stage"], ()))
        for row in rows
    ]
    return Timeline(
        spans=tuple(sorted(spans, key=lambda one: (one.began, one.ended))),
        failed_calls=_failed_calls(reader, run_id),
    )


def _span(
    row: RowMapping,
    seconds: float | None,
    asked: datetime | None,
    bills: Sequence[tuple[Decimal, bool]],
) -> StageSpan:
    """A stage that waited for its turn to be written began before its end less its length.

    Stages that run at once are written in the order they are declared, so that of those the call
    asked first says when it began.
    """
    ended = from_iso(row["recorded_at"])
    began = ended - timedelta(seconds=seconds or 0.0)
    if asked is not None and asked < began:
        began = asked
    if seconds is not None:
        ended = began + timedelta(seconds=seconds)
    return StageSpan(
        stage=row["stage"],
        status=StageStatus(row["status"]),
        message=row["message"],
        began=began,
        ended=ended,
        seconds=seconds,
        cost_usd=sum((cost for cost, _ in bills), Decimal(0)),
        bills=len(bills),
        failed=sum(not answered for _, answered in bills),
    )


def _durations(reader: StoreReader, week_id: WeekId, run_id: RunId) -> Mapping[str, float]:
    """Seconds by stage, as telemetry has them: they differ from one replay to the next."""
    asked = select(EVENTS.c.payload, EVENTS.c.telemetry).where(
        EVENTS.c.stream_id == f"week/{week_id}",
        EVENTS.c.type == StageCompleted.__name__,
        EVENTS.c.run_id == run_id,
    )
    found = {loads(row["payload"])["stage"]: loads(row["telemetry"]) for row in reader.rows(asked)}
    return {stage: told["duration_s"] for stage, told in found.items() if "duration_s" in told}


def _first_calls(reader: StoreReader, run_id: RunId) -> Mapping[str, datetime]:
    """When each stage's first call was asked, by wall time."""
    first: dict[str, datetime] = {}
    for row in reader.rows(_streams_of(run_id).where(EVENTS.c.type.in_(ASKED))):
        stage = stage_of(row["stream_id"].removeprefix(f"run/{run_id}/"))
        at = from_iso(row["recorded_at"])
        first[stage] = min(first.get(stage, at), at)
    return first


def _streams_of(run_id: RunId) -> Select[Any]:
    """The streams below the run's own: ``0`` is the sign after ``/``."""
    columns = (EVENTS.c.stream_id, EVENTS.c.recorded_at)
    return select(*columns).where(
        EVENTS.c.stream_id > f"run/{run_id}/", EVENTS.c.stream_id < f"run/{run_id}0"
    )


def _bills(
    reader: StoreReader, week_id: WeekId, run_id: RunId
) -> Mapping[str, list[tuple[Decimal, bool]]]:
    """USD of each bill by stage, and whether an answer came for it."""
    found: dict[str, list[tuple[Decimal, bool]]] = defaultdict(list)
    asked = select(BILLS.c.call, BILLS.c.cost_usd, BILLS.c.outcome)
    asked = asked.where(BILLS.c.week_id == week_id, BILLS.c.run_id == run_id)
    for row in reader.rows(asked):
        bill = Decimal(row["cost_usd"]), row["outcome"] == ANSWERED
        found[stage_of(row["call"])].append(bill)
    return found


def _failed_calls(reader: StoreReader, run_id: RunId) -> tuple[FailedCall, ...]:
    asked = select(CALLS.c.call, CALLS.c.model, CALLS.c.message)
    asked = asked.where(CALLS.c.run_id == run_id, CALLS.c.status == CallStatus.FAILED)
    rows = reader.rows(asked.order_by(CALLS.c.position))
    return tuple(FailedCall(row["call"], row["model"], row["message"]) for row in rows)


def stage_of(call: str) -> str:
    """``pitch`` of ``pitch/acct_1``; research has a stage for each pack: ``research_a``."""
    name, _, rest = call.partition("/")
    return f"research_{rest[:1].lower()}" if name == "research" and rest else name
