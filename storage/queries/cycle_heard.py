"""What a cycle heard beside prices, as it was frozen: headlines, and why there was no feed or memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso
from core.events.cycle import CycleMarketFrozen
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)


@dataclass(frozen=True, slots=True)
class ShownHeadline:
    """A headline with the symbol under which the agents saw it: text of the web."""

    symbol: str
    headline: str
    source: str
    published: datetime


@dataclass(frozen=True, slots=True)
class CycleHeard:
    """``memory`` and ``news`` say why there was none; ``news_source`` is the feed that was asked."""

    memory: str
    news: str
    news_source: str
    headlines: tuple[ShownHeadline, ...]


def cycle_heard(reader: StoreReader, cycle_id: str) -> CycleHeard | None:
    """None for a cycle that has frozen nothing."""
    asked = select(EVENTS.c.payload).where(
        EVENTS.c.stream_id == f"run/{cycle_id}", EVENTS.c.type == CycleMarketFrozen.__name__
    )
    row = reader.first(asked)
    if row is None:
        return None
    value: dict[str, Any] = loads(row["payload"])["value"]
    return CycleHeard(
        memory=value.get("memory", ""),
        news=value.get("news", ""),
        news_source=value.get("news_source", ""),
        headlines=tuple(_headlines(value)),
    )


def _headlines(value: dict[str, Any]) -> Iterator[ShownHeadline]:
    for asset in value["symbols"]:
        for one in asset.get("headlines", ()):
            yield ShownHeadline(
                symbol=asset["symbol"],
                headline=one["headline"],
                source=one["source"],
                published=from_iso(one["published"]),
            )
