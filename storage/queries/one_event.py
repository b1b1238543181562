"""One event in full, as it was written: no upcast, nothing left out, its neighbours beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import loads
from sqlalchemy import ColumnElement, RowMapping, select

from core.clock import from_iso
from storage.queries.event_filter import EVENTS
from storage.queries.reader import StoreReader

POSITION_DIGITS = 18
"""As many as a position of 64 bits surely has."""


@dataclass(frozen=True, slots=True)
class WholeEvent:
    """The envelope and what it holds; ``previous`` and ``following`` are ids in the same stream."""

    position: int
    stream_id: str
    version: int
    event_id: str
    type: str
    schema_version: int
    week_id: str | None
    run_id: str | None
    payload: dict[str, Any]
    metadata: dict[str, Any]
    telemetry: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    previous_hash: str
    hash: str
    previous: str | None
    following: str | None


def whole_event(reader: StoreReader, named: str) -> WholeEvent | None:
    """The event of this id, or at this position; None when the log has none."""
    row = reader.first(select(EVENTS).where(_is(named)))
    if row is None:
        return None
    stream, version = row["stream_id"], row["version"]
    texts = {name: loads(row[name]) for name in ("payload", "metadata", "telemetry")}
    times = {name: from_iso(row[name]) for name in ("occurred_at", "recorded_at")}
    return WholeEvent(
        **{**row, **texts, **times},
        previous=_id_at(reader, stream, version - 1),
        following=_id_at(reader, stream, version + 1),
    )


def question_of(reader: StoreReader, answer: WholeEvent) -> str | None:
    """The id of the newest request in the answer's stream that it answers; None for no answer."""
    asked = answer.payload.get("request_hash")
    if not isinstance(asked, str):
        return None
    before = reader.rows(
        select(EVENTS.c.event_id, EVENTS.c.payload)
        .where(
            EVENTS.c.stream_id == answer.stream_id,
            EVENTS.c.version < answer.version,
            EVENTS.c.type.in_(("ModelCallRequested", "ResearchRequested")),
        )
        .order_by(EVENTS.c.version.desc())
        .limit(5)
    )
    return next((row["event_id"] for row in before if _answers(row, asked)), None)


def _answers(row: RowMapping, asked: str) -> bool:
    return bool(loads(row["payload"]).get("request_hash") == asked)


def _is(named: str) -> ColumnElement[bool]:
    if named.isascii() and named.isdigit() and len(named) <= POSITION_DIGITS:
        return EVENTS.c.position == int(named)
    return EVENTS.c.event_id == named


def _id_at(reader: StoreReader, stream: str, version: int) -> str | None:
    row = reader.first(
        select(EVENTS.c.event_id).where(EVENTS.c.stream_id == stream, EVENTS.c.version == version)
    )
    return None if row is None else str(row["event_id"])
