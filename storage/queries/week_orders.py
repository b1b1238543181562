"""A week's orders with what became of them, and its conviction from Wednesday on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import RowMapping, Select, select

from core.clock import from_iso
from core.schemas.order import OrderStatus, Purpose
from core.strategy import MACRO
from core.types import AccountId, Side, WeekId
from storage.projections.checkpoints import ConvictionRow
from storage.projections.portfolio_tables import AccountRow, FillRow, OrderRow, TargetRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

ORDERS, FILLS, TARGETS = table_of(OrderRow), table_of(FillRow), table_of(TargetRow)
POINTS, ACCOUNTS = table_of(ConvictionRow), table_of(AccountRow)
INTENDED, ZERO, IDS_AT_ONCE = ORDERS.c.position, Decimal(0), 500
PATH_COLUMNS = ("account_id", "at", "conviction", "action", "rule", "panic")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order and its fills: shares, USD a share (``price`` the mean of the fills), USD of costs."""

    client_order_id: str
    account_id: AccountId
    symbol: str
    side: Side
    quantity: Decimal
    filled: Decimal
    purpose: Purpose
    status: OrderStatus
    reason: str
    reference_price: Decimal
    decided_at: datetime
    price: Decimal | None
    commission: Decimal
    filled_at: datetime | None


def week_orders(reader: StoreReader, week_id: WeekId) -> tuple[OrderLine, ...]:
    """The council's, in the order in which they were intended; a trading cycle's are its own."""
    council = select(ACCOUNTS.c.account_id).where(ACCOUNTS.c.strategy == MACRO)
    own = ORDERS.c.account_id.in_(council)
    chosen = select(ORDERS).where(ORDERS.c.week_id == week_id, own).order_by(INTENDED)
    return order_lines(reader, chosen)


def order_lines(reader: StoreReader, chosen: Select[Any]) -> tuple[OrderLine, ...]:
    """The ``chosen`` rows of the orders' table with what became of each, in their order."""
    orders = reader.rows(chosen)
    fills = defaultdict(list)
    ids = [row["client_order_id"] for row in orders]
    for start in range(0, len(ids), IDS_AT_ONCE):
        own = FILLS.c.client_order_id.in_(ids[start : start + IDS_AT_ONCE])
        for row in reader.rows(select(FILLS).where(own).order_by(FILLS.c.position)):
            fills[row["client_order_id"]].append(row)
    return tuple(_line(row, fills[row["client_order_id"]]) for row in orders)


def _line(row: RowMapping, own: Sequence[RowMapping]) -> OrderLine:
    """An order with its ``own`` fills, oldest first."""
    shares = sum((Decimal(fill["quantity"]) for fill in own), ZERO)
    spent = sum((Decimal(fill["quantity"]) * Decimal(fill["price"]) for fill in own), ZERO)
    return OrderLine(
        client_order_id=row["client_order_id"],
        account_id=AccountId(row["account_id"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        quantity=Decimal(row["quantity"]),
        filled=Decimal(row["filled"]),
        purpose=Purpose(row["purpose"]),
        status=OrderStatus(row["status"]),
        reason=row["reason"],
        reference_price=Decimal(row["reference_price"]),
        decided_at=datetime.fromisoformat(row["decided_at"]),
        price=spent / shares if shares else None,
        commission=sum((Decimal(fill["commission"]) for fill in own), ZERO),
        filled_at=from_iso(own[-1]["filled_at"]) if own else None,
    )


def conviction_frame(reader: StoreReader, week_id: WeekId, as_of: datetime) -> pd.DataFrame:
    """Columns ``account_id, at (UTC), conviction (−2 … 2), action, rule, panic``.

    Each account's path begins with Wednesday's conviction at ``as_of``, action ``""``.
    """
    targets = reader.rows(select(TARGETS).where(TARGETS.c.week_id == week_id))
    points = reader.rows(select(POINTS).where(POINTS.c.week_id == week_id).order_by(POINTS.c.at))
    path: list[tuple[object, ...]] = [
        (row["account_id"], as_of, row["conviction"], "", "", False) for row in targets
    ]
    path += [
        (
            row["account_id"],
            from_iso(row["at"]),
            row["conviction_after"],
            row["action"],
            row["rule"],
            row["panic"],
        )
        for row in points
    ]
    frame = pd.DataFrame(path, columns=list(PATH_COLUMNS))
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame
