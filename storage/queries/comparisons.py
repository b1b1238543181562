"""Configurations of pickers that were compared, read from their own small stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso
from core.desk.watching import comparisons_stream
from core.events.discovery import PickersCompared
from core.schemas.comparison import Comparison
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)
MOST = 12


@dataclass(frozen=True, slots=True)
class RecordedComparison:
    """One comparison with the event that holds it; ``source`` is whose prices."""

    event_id: str
    comparison_id: str
    at: datetime
    source: str
    comparison: Comparison


def comparisons(reader: StoreReader, strategy: str) -> tuple[RecordedComparison, ...]:
    """The newest `MOST`, newest first."""
    asked = (
        select(EVENTS.c.event_id, EVENTS.c.payload)
        .where(
            EVENTS.c.stream_id == comparisons_stream(strategy),
            EVENTS.c.type == PickersCompared.__name__,
        )
        .order_by(EVENTS.c.version.desc())
        .limit(MOST)
    )
    return tuple(_one(row["event_id"], loads(row["payload"])) for row in reader.rows(asked))


def _one(event_id: str, payload: dict[str, object]) -> RecordedComparison:
    return RecordedComparison(
        event_id=event_id,
        comparison_id=str(payload["comparison_id"]),
        at=from_iso(str(payload["as_of"])),
        source=str(payload["source"]),
        comparison=Comparison.model_validate(payload["comparison"]),
    )
