"""Events as a question over the log finds them: filtered in SQL, newest first, told in few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from orjson import dumps, loads
from sqlalchemy import ColumnElement, RowMapping, not_, or_, select

from core.clock import at_new_york, from_iso, iso
from core.schemas.question import Finding, LogRequest, ToolResult
from core.types import WeekId
from storage.queries.event_filter import EVENTS
from storage.queries.event_words import excerpt, told
from storage.queries.reader import StoreReader

QUESTIONS = ("conversation/", "job/ask/", "job/council/")
"""What people asked and were answered before is no evidence of what the desk did."""
NOISE = (
    "ExecutionConstrained",
    "JobClaimed",
    "JobHandedBack",
    "JobProgressed",
    "JobRequested",
    "MarketRead",
    "MarketSnapshotFrozen",
    "ModelCallRequested",
    "NoNewPrice",
    "PricesObserved",
    "PromptsRecorded",
    "ResearchRequested",
    "SettingsRecorded",
    "SlotFinished",
    "StageCompleted",
    "UniverseMarked",
)
"""Events that hold every symbol or prompt there is: found only where their type is asked for."""
WHOLE = 5_000
SHOWN = (
    EVENTS.c.event_id,
    EVENTS.c.type,
    EVENTS.c.stream_id,
    EVENTS.c.week_id,
    EVENTS.c.occurred_at,
    EVENTS.c.payload,
    EVENTS.c.position,
)


def found_events(reader: StoreReader, asked: LogRequest) -> ToolResult:
    """The newest events the request finds; a whole log is looked through, no longer than that."""
    conditions = [*_conditions(asked, reader.dialect), *during(EVENTS.c.occurred_at, asked)]
    query = select(*SHOWN).where(not_asked(), *conditions)
    rows = reader.rows(query.order_by(EVENTS.c.position.desc()).limit(asked.limit + 1))
    needle = asked.text or asked.symbol or ""
    shown = tuple(finding(row, needle) for row in rows[: asked.limit])
    return ToolResult(findings=shown, more=len(rows) > asked.limit)


def one_event(reader: StoreReader, event_id: str) -> ToolResult:
    """The event with all it holds, cut at WHOLE signs; nothing where there is none."""
    columns = (*SHOWN, EVENTS.c.telemetry, EVENTS.c.metadata)
    row = reader.first(select(*columns).where(EVENTS.c.event_id == event_id, not_asked()))
    if row is None:
        return ToolResult(lines=(f"there is no event {event_id} to look at",))
    beside = f" · telemetry {row['telemetry']} · metadata {row['metadata']}"
    says = f"{row['payload'][: WHOLE - len(beside)]}{beside}"
    return ToolResult(findings=(_as_finding(row, says),))


def findings_at(
    reader: StoreReader, positions: Iterable[int], needle: str = ""
) -> tuple[Finding, ...]:
    """The events at these positions, newest first."""
    wanted = sorted(set(positions))
    if not wanted:
        return ()
    query = select(*SHOWN).where(EVENTS.c.position.in_(wanted))
    rows = reader.rows(query.order_by(EVENTS.c.position.desc()))
    return tuple(finding(row, needle) for row in rows)


def finding(row: RowMapping, needle: str = "") -> Finding:
    """A row of SHOWN as it is told; ``needle`` is what its excerpt is cut around."""
    payload: Mapping[str, Any] = loads(row["payload"])
    says = told(row["type"], payload) or excerpt(row["payload"], needle)
    return _as_finding(row, says)


def during(column: ColumnElement[Any], asked: LogRequest) -> Sequence[ColumnElement[bool]]:
    """From the first day's midnight in New York to the end of the last; ``column`` is ISO text."""
    bounds: list[ColumnElement[bool]] = []
    if asked.since:
        bounds.append(column >= iso(_midnight(date.fromisoformat(asked.since))))
    if asked.until:
        after = date.fromisoformat(asked.until) + timedelta(days=1)
        bounds.append(column < iso(_midnight(after)))
    return bounds


def not_asked() -> ColumnElement[bool]:
    """Every stream but those of questions."""
    return not_(or_(*(EVENTS.c.stream_id.startswith(one) for one in QUESTIONS)))


def _conditions(asked: LogRequest, dialect: str) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.week:
        found.append(EVENTS.c.week_id == asked.week)
    if asked.account:
        found.append(EVENTS.c.stream_id == f"account/{asked.account}")
    found.append(EVENTS.c.type.in_(asked.types) if asked.types else EVENTS.c.type.not_in(NOISE))
    if asked.action:
        found.append(EVENTS.c.payload.contains(f'"action":"{asked.action}"', autoescape=True))
    if asked.symbol:
        found.append(EVENTS.c.payload.contains(f'"{asked.symbol}"', autoescape=True))
    if asked.text:
        found.append(_says(asked.text, dialect))
    return found


def _says(text: str, dialect: str) -> ColumnElement[bool]:
    """The text as JSON spells it, or in the type's name; SQLite's LIKE knows no capitals."""
    spelled, places = dumps(text).decode()[1:-1], (EVENTS.c.payload, EVENTS.c.type)
    if dialect == "sqlite":
        return or_(*(place.contains(spelled, autoescape=True) for place in places))
    return or_(*(place.icontains(spelled, autoescape=True) for place in places))


def _as_finding(row: RowMapping, says: str) -> Finding:
    week = row["week_id"]
    return Finding(
        event_id=row["event_id"],
        type=row["type"],
        at=from_iso(row["occurred_at"]),
        stream=row["stream_id"],
        week_id=None if week is None else WeekId(week),
        says=says,
    )


def _midnight(day: date) -> datetime:
    return at_new_york(day, time(0))
