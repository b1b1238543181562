"""Figures for a question over the log: costs, metrics of accounts, and how the work went."""

from __future__ import annotations

from decimal import Decimal

from orjson import loads
from sqlalchemy import func, select

from core.schemas.question import LogRequest, ToolResult
from core.types import WeekId
from storage.projections.call_costs import CallCostRow
from storage.projections.desk import SlotRow
from storage.projections.jobs import JobRow
from storage.projections.writing import table_of
from storage.queries.costs import CostLine, week_costs
from storage.queries.event_filter import EVENTS
from storage.queries.log_events import SHOWN, during, finding, findings_at, not_asked
from storage.queries.reader import StoreReader
from storage.queries.standings import Standing, standings

BILLS, SLOTS, JOBS = table_of(CallCostRow), table_of(SlotRow), table_of(JobRow)
DEAREST, SLOWEST, TIMED = 3, 5, 2_000
TROUBLE = ("StageFailed", "ModelCallFailed", "ModelFellBack", "BudgetStopped")
ENDED = ("SlotFinished", "JobFinished")
FINE = '"outcome":"done"'
MARKED = "UniverseMarked"


def found_costs(reader: StoreReader, asked: LogRequest) -> ToolResult:
    """A week's bills by stage and model, the newest billed week by default; its dearest calls."""
    week = asked.week or _billed_week(reader)
    if week is None:
        return ToolResult(lines=("no call was ever billed",))
    costs = week_costs(reader, WeekId(week))
    if not costs.lines:
        return ToolResult(lines=(f"week {week}: no call was billed",))
    rows = reader.rows(select(BILLS.c.position, BILLS.c.cost_usd).where(BILLS.c.week_id == week))
    dear = sorted(rows, key=lambda row: (-Decimal(row["cost_usd"]), row["position"]))[:DEAREST]
    head = (
        f"week {week}: {costs.total_usd:f} USD in all, {len(costs.stops)} calls stopped by budget"
    )
    return ToolResult(
        findings=findings_at(reader, (row["position"] for row in dear)),
        lines=(head, *map(_cost, costs.lines)),
    )


def found_metrics(reader: StoreReader, asked: LogRequest) -> ToolResult:
    """How each account did since its model took the seat, and the newest marks that is measured by."""
    every = standings(reader)
    if asked.account:
        every = tuple(one for one in every if one.account.account_id == asked.account)
    newest = select(func.max(EVENTS.c.position).label("position")).where(EVENTS.c.type == MARKED)
    row = reader.first(newest)
    marked = () if row is None or row["position"] is None else (row["position"],)
    return ToolResult(
        findings=findings_at(reader, marked) if every else (), lines=tuple(map(_metrics, every))
    )


def found_traces(reader: StoreReader, asked: LogRequest) -> ToolResult:
    """How slots and jobs ended, what failed, and the stages that took longest by telemetry."""
    query = select(*SHOWN).where(
        EVENTS.c.type.in_((*ENDED, *TROUBLE)), not_asked(), *during(EVENTS.c.occurred_at, asked)
    )
    if asked.text:
        query = query.where(EVENTS.c.payload.contains(asked.text, autoescape=True))
    else:
        query = query.where(EVENTS.c.payload.not_like(f"%{FINE}%"))
    rows = reader.rows(query.order_by(EVENTS.c.position.desc()).limit(asked.limit + 1))
    return ToolResult(
        findings=tuple(finding(row, asked.text or "") for row in rows[: asked.limit]),
        lines=(*_endings(reader, asked), *_slowest(reader, asked)),
        more=len(rows) > asked.limit,
    )


def _endings(reader: StoreReader, asked: LogRequest) -> tuple[str, ...]:
    slots = select(SLOTS.c.job, SLOTS.c.outcome, func.count().label("n"))
    slots = slots.where(*during(SLOTS.c.at, asked)).group_by(SLOTS.c.job, SLOTS.c.outcome)
    jobs = select(JOBS.c.kind, JOBS.c.status, func.count().label("n"))
    jobs = jobs.where(*during(JOBS.c.requested_at, asked)).group_by(JOBS.c.kind, JOBS.c.status)
    told = [f"slots {row['job']}: {row['n']} {row['outcome']}" for row in reader.rows(slots)]
    told += [f"jobs {row['kind']}: {row['n']} {row['status']}" for row in reader.rows(jobs)]
    return tuple(sorted(told))


def _slowest(reader: StoreReader, asked: LogRequest) -> tuple[str, ...]:
    """Of the newest TIMED stages in those days."""
    query = select(EVENTS.c.stream_id, EVENTS.c.payload, EVENTS.c.telemetry).where(
        EVENTS.c.type == "StageCompleted", not_asked(), *during(EVENTS.c.occurred_at, asked)
    )
    took = [
        (
            loads(row["telemetry"]).get("duration_s"),
            loads(row["payload"])["stage"],
            row["stream_id"],
        )
        for row in reader.rows(query.order_by(EVENTS.c.position.desc()).limit(TIMED))
    ]
    timed = sorted((one for one in took if one[0] is not None), reverse=True)[:SLOWEST]
    return tuple(f"stage {stage} of {stream} took {took:g} s" for took, stage, stream in timed)


def _billed_week(reader: StoreReader) -> str | None:
    row = reader.first(select(func.max(BILLS.c.week_id).label("week")))
    return None if row is None else row["week"]


def _cost(line: CostLine) -> str:
    return (
        f"{line.stage} {line.model}: {line.calls} calls, {line.failed} failed, "
        f"{line.prompt_tokens} tokens in, {line.completion_tokens} out, {line.cost_usd:f} USD"
    )


def _metrics(one: Standing) -> str:
    did = one.performance
    shown = (
        ("return", did.total_return, ".2%"),
        ("max drawdown", did.max_drawdown, ".2%"),
        ("Sharpe", did.sharpe, ".2f"),
        ("hit rate", did.hit_rate, ".0%"),
    )
    told = (
        f"{name} {'n/a' if value is None else format(value, how)}" for name, value, how in shown
    )
    since = f" since week {one.since}" if one.since else ""
    return (
        f"{one.account.account_id} {one.account.shown}{since}: equity {one.equity:,.2f} USD, "
        f"{', '.join(told)}, {did.closed_trades} closed trades, {did.panic_exits} panic exits"
    )
