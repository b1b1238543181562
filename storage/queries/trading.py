"""The kill switch as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso
from core.desk.trading_switch import TRADING_STREAM
from core.events.breaker import TradingDisabled
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing goes out since then; with ``flatten`` every position is being closed."""

    by: str
    reason: str
    flatten: bool
    since: datetime


def trading_stop(reader: StoreReader) -> Stop | None:
    """Why no order goes out; None while trading is enabled."""
    newest = reader.first(
        select(EVENTS.c.type, EVENTS.c.payload, EVENTS.c.occurred_at)
        .where(EVENTS.c.stream_id == TRADING_STREAM)
        .order_by(EVENTS.c.version.desc())
        .limit(1)
    )
    if newest is None or newest["type"] != TradingDisabled.__name__:
        return None
    said = loads(newest["payload"])
    return Stop(said["by"], said["reason"], said["flatten"], from_iso(newest["occurred_at"]))
