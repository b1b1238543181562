"""When memory was asked, by whom, and what it brought: as the runs that asked recorded it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso
from core.events.memory import SimilarWeeksRecalled
from core.schemas.setups import Neighbour
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)
COUNCIL, CYCLE = SimilarWeeksRecalled.__name__, "CycleMarketFrozen"


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """One question: ``asked_by`` in words, of a run, and its neighbours, nearest first."""

    asked_by: str
    run_id: str | None
    event_id: str
    at: datetime
    neighbours: tuple[Neighbour, ...]


def memory_uses(reader: StoreReader, limit: int = 12) -> tuple[MemoryUse, ...]:
    """The newest questions that found something; of the last ``limit`` runs that asked."""
    asked = (
        select(
            EVENTS.c.type,
            EVENTS.c.payload,
            EVENTS.c.event_id,
            EVENTS.c.run_id,
            EVENTS.c.week_id,
            EVENTS.c.occurred_at,
        )
        .where(EVENTS.c.type.in_((COUNCIL, CYCLE)))
        .order_by(EVENTS.c.position.desc())
        .limit(limit)
    )
    return tuple(use for row in reader.rows(asked) for use in _uses(dict(row)))


def _uses(row: Mapping[str, Any]) -> Iterator[MemoryUse]:
    value = loads(row["payload"])["value"]
    if row["type"] == COUNCIL:
        told = [(f"pitches of week {row['week_id']}", value)]
    else:
        told = [
            (f"cycle, {asset['symbol']}", asset.get("neighbours", ())) for asset in value["symbols"]
        ]
    for asked_by, found in told:
        if found:
            yield MemoryUse(
                asked_by=asked_by,
                run_id=row["run_id"],
                event_id=row["event_id"],
                at=from_iso(row["occurred_at"]),
                neighbours=tuple(Neighbour.model_validate(one) for one in found),
            )
