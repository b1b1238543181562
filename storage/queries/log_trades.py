"""Orders with their fills and the decisions behind them, and the round trips they closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select

from core.clock import from_iso, in_new_york, iso
from core.schemas.question import LogRequest, ToolResult
from storage.projections.portfolio_tables import FillRow, OrderRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.event_filter import EVENTS
from storage.queries.log_events import during, findings_at
from storage.queries.reader import StoreReader

ORDERS, FILLS, TRADES = table_of(OrderRow), table_of(FillRow), table_of(TradeRow)
BEHIND = ("CheckpointDecided", "CheckpointLimited", "TargetSet")
MEANT = "MetaAgentDecision"
"""The word of a trading cycle; its orders lie in the account, what was said in the run."""
REFUSED = ("OrderRejected", "OrderCancelled")


def found_trades(reader: StoreReader, asked: LogRequest) -> ToolResult:
    """The newest orders decided or filled in the days asked for, ``limit`` of them.

    Each comes with its fills, and with what its account decided at the instant it was ordered.
    """
    query = select(ORDERS).where(*_conditions(asked))
    rows = reader.rows(query.order_by(ORDERS.c.position.desc()).limit(asked.limit + 1))
    shown = rows[: asked.limit]
    positions = [*(row["position"] for row in shown), *_filled_at(reader, shown)]
    positions += [*_decided_at(reader, shown), *_meant_by(reader, shown)]
    return ToolResult(
        findings=findings_at(reader, positions, asked.symbol or ""),
        lines=_round_trips(reader, asked),
        more=len(rows) > asked.limit,
    )


def _conditions(asked: LogRequest) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (ORDERS.c.symbol, asked.symbol),
        (ORDERS.c.account_id, asked.account),
        (ORDERS.c.side, asked.side),
        (ORDERS.c.week_id, asked.week),
    ):
        if value:
            found.append(column == value)
    if asked.since or asked.until:
        filled = select(FILLS.c.client_order_id).where(*during(FILLS.c.filled_at, asked))
        ordered = and_(*during(ORDERS.c.decided_at, asked))
        found.append(or_(ordered, ORDERS.c.client_order_id.in_(filled)))
    return found


def _filled_at(reader: StoreReader, orders: Sequence[RowMapping]) -> list[int]:
    names = [row["client_order_id"] for row in orders]
    asked = select(FILLS.c.position).where(FILLS.c.client_order_id.in_(names))
    return [row["position"] for row in reader.rows(asked)]


def _decided_at(reader: StoreReader, orders: Sequence[RowMapping]) -> list[int]:
    """Positions of what an account decided, limited or was refused when it ordered."""
    found: list[int] = []
    for account, week in {(row["account_id"], row["week_id"]) for row in orders}:
        own = [row for row in orders if (row["account_id"], row["week_id"]) == (account, week)]
        instants = {iso(from_iso(row["decided_at"])) for row in own}
        query = select(EVENTS.c.position).where(
            EVENTS.c.stream_id == f"account/{account}",
            EVENTS.c.week_id.concat("") == week,  # the stream's index is the narrow one
            or_(
                and_(EVENTS.c.type.in_(BEHIND), EVENTS.c.occurred_at.in_(instants)),
                and_(EVENTS.c.type.in_(REFUSED), _names(own)),
            ),
        )
        found += [row["position"] for row in reader.rows(query)]
    return found


def _meant_by(reader: StoreReader, orders: Sequence[RowMapping]) -> list[int]:
    """Positions of what the cycles that ordered decided."""
    runs = {row["run_id"] for row in orders}
    query = select(EVENTS.c.position).where(
        EVENTS.c.run_id.in_(runs), EVENTS.c.type.concat("") == MEANT
    )
    return [row["position"] for row in reader.rows(query)]


def _names(orders: Sequence[RowMapping]) -> ColumnElement[bool]:
    return or_(
        *(EVENTS.c.payload.contains(row["client_order_id"], autoescape=True) for row in orders)
    )


def _round_trips(reader: StoreReader, asked: LogRequest) -> tuple[str, ...]:
    """Those closed in the days asked for; a side says nothing of a round trip, which has both."""
    if asked.week:
        return ()
    query = select(TRADES).where(*during(TRADES.c.closed_at, asked))
    if asked.symbol:
        query = query.where(TRADES.c.symbol == asked.symbol)
    if asked.account:
        query = query.where(TRADES.c.account_id == asked.account)
    rows = reader.rows(query.order_by(TRADES.c.position.desc()).limit(asked.limit))
    return tuple(map(_round_trip, rows))


def _round_trip(row: RowMapping) -> str:
    opened, closed = (in_new_york(from_iso(row[name])) for name in ("opened_at", "closed_at"))
    return (
        f"round trip: {row['account_id']} {row['direction']} {row['quantity']} {row['symbol']}, "
        f"{row['entry_price']} to {row['exit_price']} USD, {opened:%Y-%m-%d} to {closed:%Y-%m-%d}, "
        f"P/L {row['pnl']} USD net of costs"
    )
