"""What is new in the log and in the bills since the last look, read as plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from orjson import loads
from sqlalchemy import RowMapping, select

from core.clock import from_iso
from storage.projections.call_costs import BudgetStopRow, CallCostRow
from storage.projections.calls import CallRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS, COSTS, CALLS = table_of(EventRow), table_of(CallCostRow), table_of(CallRow)
CHUNK = 500
BEGINNING = (0, "")


class LogLine(NamedTuple):
    """An event as it was written: its payload is of the schema version it was written in."""

    position: int
    stream_id: str
    type: str
    run_id: str | None
    payload: Any
    telemetry: Any
    occurred_at: datetime
    recorded_at: datetime


class LogTail:
    """Reads on from where it was. Prompts and answers are never fetched: bills are read models."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader

    def newest(self) -> tuple[int, str]:
        """Position and hash of the newest event; `BEGINNING` for an empty store."""
        query = select(EVENTS.c.position, EVENTS.c.hash).order_by(EVENTS.c.position.desc()).limit(1)
        row = self._reader.first(query)
        return BEGINNING if row is None else (row["position"], row["hash"])

    def holds(self, mark: tuple[int, str]) -> bool:
        """Whether this is still the log in which ``mark`` was the newest event."""
        query = select(EVENTS.c.hash).where(EVENTS.c.position == mark[0])
        row = self._reader.first(query)
        return mark == BEGINNING or (row is not None and row["hash"] == mark[1])

    def events(self, types: Iterable[str], after: int, until: int) -> Iterator[LogLine]:
        columns = (EVENTS.c[name] for name in LogLine._fields)
        query = select(*columns).where(EVENTS.c.type.in_(sorted(types)))
        for row in self._pages(query, EVENTS.c.position, after, until):
            yield LogLine(
                **{
                    **row,
                    "payload": loads(row["payload"]),
                    "telemetry": loads(row["telemetry"]),
                    "occurred_at": from_iso(row["occurred_at"]),
                    "recorded_at": from_iso(row["recorded_at"]),
                }
            )

    def bills(self, after: int, until: int) -> Iterator[RowMapping]:
        """Rows of ``call_costs`` in order, each with the ``telemetry`` text of its event."""
        query = select(COSTS, EVENTS.c.telemetry).join_from(
            COSTS, EVENTS, COSTS.c.position == EVENTS.c.position
        )
        return self._pages(query, COSTS.c.position, after, until)

    def repeats(self, after: int, until: int) -> Iterator[RowMapping]:
        """``position`` and ``model`` of every question that was asked again."""
        query = select(CALLS.c.position, CALLS.c.model).where(CALLS.c.attempt > 1)
        return self._pages(query, CALLS.c.position, after, until)

    def stops(self, after: int, until: int) -> Iterator[RowMapping]:
        """Calls that were not made."""
        stops = table_of(BudgetStopRow)
        return self._pages(select(stops.c.position, stops.c.model), stops.c.position, after, until)

    def _pages(self, query: Any, position: Any, after: int, until: int) -> Iterator[RowMapping]:
        """Chunk by chunk, so that neither memory nor a read transaction grows with the log."""
        while True:
            page = query.where(position > after, position <= until).order_by(position).limit(CHUNK)
            rows = self._reader.rows(page)
            yield from rows
            if len(rows) < CHUNK:
                return
            after = rows[-1]["position"]
