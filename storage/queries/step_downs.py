"""Where a chain of researchers or of price sources went on to its next link."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso
from core.events.calls import ResearchSteppedDown
from core.events.market import MarketSteppedDown
from core.types import WeekId
from storage.queries.event_filter import EVENTS
from storage.queries.reader import StoreReader

RESEARCH, MARKET = ResearchSteppedDown.__name__, MarketSteppedDown.__name__
LOOKED_AT = 500
"""The newest steps of each chain that are counted: a source that is down steps at every look."""


@dataclass(frozen=True, slots=True)
class StepDown:
    """From one link to the next so many ``times``; ``why`` is the newest step's line."""

    type: str
    asked: str
    then: str
    times: int
    last: datetime
    why: str
    event_id: str


def step_downs(reader: StoreReader, since: WeekId | None) -> tuple[StepDown, ...]:
    """Of the newest LOOKED_AT steps of each chain on or after that Wednesday, newest first."""
    found = [*_steps(reader, RESEARCH, since), *_steps(reader, MARKET, since)]
    return tuple(sorted(found, key=lambda one: one.last, reverse=True))


def _steps(reader: StoreReader, kind: str, since: WeekId | None) -> list[StepDown]:
    query = select(EVENTS.c.payload, EVENTS.c.occurred_at, EVENTS.c.event_id).where(
        EVENTS.c.type == kind
    )
    rows = reader.rows(query.order_by(EVENTS.c.position.desc()).limit(LOOKED_AT))
    times: Counter[tuple[str, str]] = Counter()
    newest: dict[tuple[str, str], StepDown] = {}
    for row in rows:
        if since is not None and row["occurred_at"] < since:
            continue
        said: dict[str, Any] = loads(row["payload"])
        link = _link(kind, said)
        times[link] += 1
        why = f"{said.get('error') or said.get('reason')}: {said['message']}"
        at = from_iso(row["occurred_at"])
        newest.setdefault(link, StepDown(kind, *link, 0, at, why, row["event_id"]))
    return [
        StepDown(kind, *link, times[link], one.last, one.why, one.event_id)
        for link, one in newest.items()
    ]


def _link(kind: str, said: dict[str, Any]) -> tuple[str, str]:
    if kind == RESEARCH:
        return str(said["researcher"]), str(said["next_researcher"])
    return str(said["source"]), str(said["next_source"])
