"""`core.ports.LogTools` over the read models: one query a tool, none of which can write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, select

from core.clock import from_iso, in_new_york
from core.schemas.question import LogRequest, LogSpan, LogTool, ToolResult
from storage.projections.portfolio_tables import OrderRow
from storage.projections.writing import table_of
from storage.queries.event_filter import EVENTS
from storage.queries.log_events import found_events, not_asked, one_event
from storage.queries.log_figures import found_costs, found_metrics, found_traces
from storage.queries.log_trades import found_trades
from storage.queries.reader import StoreReader

ORDERS = table_of(OrderRow)


@dataclass(frozen=True, slots=True)
class StoreLog:
    """The one place where a typed request becomes a query."""

    reader: StoreReader

    def span(self) -> LogSpan:
        first, last = self._day(EVENTS.c.position.asc()), self._day(EVENTS.c.position.desc())
        symbols = self.reader.rows(select(ORDERS.c.symbol).distinct().order_by(ORDERS.c.symbol))
        return LogSpan(first=first, last=last, symbols=tuple(row["symbol"] for row in symbols))

    def look(self, request: LogRequest) -> ToolResult:
        return _TOOLS[request.tool](self.reader, request)

    def _day(self, order: ColumnElement[Any]) -> date | None:
        """Of the first event in this order that is no question."""
        found = select(EVENTS.c.occurred_at).where(not_asked()).order_by(order).limit(1)
        row = self.reader.first(found)
        return None if row is None else in_new_york(from_iso(row["occurred_at"])).date()


def _event(reader: StoreReader, request: LogRequest) -> ToolResult:
    assert request.event_id is not None  # a request for an event has one
    return one_event(reader, request.event_id)


_TOOLS: Mapping[LogTool, Callable[[StoreReader, LogRequest], ToolResult]] = MappingProxyType(
    {
        LogTool.EVENTS: found_events,
        LogTool.EVENT: _event,
        LogTool.TRADES: found_trades,
        LogTool.COSTS: found_costs,
        LogTool.METRICS: found_metrics,
        LogTool.TRACES: found_traces,
    }
)
