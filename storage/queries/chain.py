"""Whether every chain of the log holds, asked by a reader: a long walk, and the newest anchor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orjson import loads
from sqlalchemy import make_url, select

from core.clock import from_iso
from storage.anchors import ANCHORS, anchors_of
from storage.queries.event_filter import EVENTS
from storage.queries.reader import StoreReader
from storage.verification import VerificationResult, verify


@dataclass(frozen=True, slots=True)
class AnchorSeen:
    """The newest anchor of the log: all ``streams`` up to ``position``, and when."""

    event_id: str
    position: int
    streams: int
    at: datetime


def newest_anchor(reader: StoreReader) -> AnchorSeen | None:
    """None before the first night."""
    row = reader.first(
        select(EVENTS.c.event_id, EVENTS.c.payload, EVENTS.c.occurred_at)
        .where(EVENTS.c.stream_id == ANCHORS)
        .order_by(EVENTS.c.version.desc())
        .limit(1)
    )
    if row is None:
        return None
    anchor = loads(row["payload"])
    at = from_iso(row["occurred_at"])
    return AnchorSeen(row["event_id"], anchor["position"], anchor["streams"], at)


def walk_chains(
    reader: StoreReader, folder: Path, walked: Callable[[int], None]
) -> VerificationResult | None:
    """Walk the whole log, and hold it against its anchor file where one lies; None for no log.

    ``folder`` is where anchors of a database server lie. StoreError when it cannot be read.
    """
    log = reader.log()
    if log is None:
        return None
    url = make_url(reader.address) if reader.dialect == "sqlite" else log.engine.url
    file = anchors_of(url, folder)
    return verify(log, file if file is not None and file.exists() else None, walked)
