"""What an account did, newest first and page by page: orders, fills, round trips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import RowMapping, Table, func, select

from core.clock import from_iso
from core.rules.round_trip import ClosedTrade
from core.schemas.order import Purpose
from core.types import AccountId, Direction, Money, Shares, Side, WeekId
from storage.projections.portfolio_tables import EquityRow, FillRow, OrderRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.queries.tenures import tenures
from storage.queries.week_orders import OrderLine, order_lines

ORDERS, FILLS, TRADES = table_of(OrderRow), table_of(FillRow), table_of(TradeRow)
EQUITY = table_of(EquityRow)


@dataclass(frozen=True, slots=True)
class Slice:
    """``most`` rows of a table, after the ``skipped`` newest ones; None is all there are."""

    most: int | None = None
    skipped: int = 0

    @classmethod
    def page(cls, number: int, size: int) -> Slice:
        """The first page is number 1."""
        return cls(size, (max(number, 1) - 1) * size)


@dataclass(frozen=True, slots=True)
class FillLine:
    """One execution: shares, USD a share, USD of commission; ``purpose`` and week are the order's."""

    fill_id: str
    client_order_id: str
    week_id: WeekId
    purpose: Purpose
    symbol: str
    side: Side
    quantity: Shares
    price: Decimal
    commission: Money
    filled_at: datetime
    session: str
    price_kind: str
    source: str


@dataclass(frozen=True, slots=True)
class HistoryCount:
    orders: int
    fills: int
    trips: int


def history_count(reader: StoreReader, account_id: AccountId) -> HistoryCount:
    """How many rows each of the account's tables has."""
    return HistoryCount(*(_count(reader, table, account_id) for table in (ORDERS, FILLS, TRADES)))


def _count(reader: StoreReader, table: Table, account_id: AccountId) -> int:
    asked = select(func.count().label("n")).where(table.c.account_id == account_id)
    row = reader.first(asked)
    return int(row["n"]) if row else 0


def account_orders(
    reader: StoreReader, account_id: AccountId, part: Slice
) -> tuple[OrderLine, ...]:
    """Newest intent first."""
    own = select(ORDERS).where(ORDERS.c.account_id == account_id)
    chosen = own.order_by(ORDERS.c.position.desc()).limit(part.most).offset(part.skipped)
    return order_lines(reader, chosen)


def account_fills(reader: StoreReader, account_id: AccountId, part: Slice) -> tuple[FillLine, ...]:
    """Newest first."""
    own = (
        select(FILLS, ORDERS.c.week_id, ORDERS.c.purpose)
        .join(ORDERS, ORDERS.c.client_order_id == FILLS.c.client_order_id)
        .where(FILLS.c.account_id == account_id)
        .order_by(FILLS.c.position.desc())
    )
    rows = reader.rows(own.limit(part.most).offset(part.skipped))
    return tuple(_fill(row) for row in rows)


def _fill(row: RowMapping) -> FillLine:
    return FillLine(
        fill_id=row["fill_id"],
        client_order_id=row["client_order_id"],
        week_id=WeekId(row["week_id"]),
        purpose=Purpose(row["purpose"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        quantity=Decimal(row["quantity"]),
        price=Decimal(row["price"]),
        commission=Decimal(row["commission"]),
        filled_at=from_iso(row["filled_at"]),
        session=row["session"],
        price_kind=row["price_kind"],
        source=row["source"],
    )


def account_trips(
    reader: StoreReader, account_id: AccountId, part: Slice
) -> tuple[ClosedTrade, ...]:
    """Round trips, the one closed last first."""
    own = select(TRADES).where(TRADES.c.account_id == account_id)
    rows = reader.rows(own.order_by(TRADES.c.position.desc()).limit(part.most).offset(part.skipped))
    return tuple(
        ClosedTrade(
            symbol=row["symbol"],
            direction=Direction(row["direction"]),
            quantity=Decimal(row["quantity"]),
            entry_price=Decimal(row["entry_price"]),
            exit_price=Decimal(row["exit_price"]),
            pnl=Decimal(row["pnl"]),
            opened_at=from_iso(row["opened_at"]),
            closed_at=from_iso(row["closed_at"]),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class EquityLine:
    """An account at a session's close, USD; ``model`` is who sat there, ``gross`` what was held."""

    session: str
    equity: Money
    cash: Money
    gross: Money
    peak: Money
    model: str


def account_equity(reader: StoreReader, account_id: AccountId) -> tuple[EquityLine, ...]:
    """Every marked session, oldest first."""
    seats = tenures(reader, account_id)
    own = select(EQUITY).where(EQUITY.c.account_id == account_id).order_by(EQUITY.c.session)
    return tuple(
        EquityLine(
            session=row["session"],
            **{name: Decimal(row[name]) for name in ("equity", "cash", "gross", "peak")},
            model=next(one.model for one in reversed(seats) if (one.since or "") <= row["session"]),
        )
        for row in reader.rows(own)
    )
