"""A week's orders with what became of them, and its conviction from Wednesday on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd
from sqlalchemy import select

from core.clock import from_iso
from core.schemas.order import OrderStatus, Purpose
from core.types import AccountId, Side, WeekId
from storage.projections.checkpoints import ConvictionRow
from storage.projections.portfolio_tables import FillRow, OrderRow, TargetRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

ORDERS, FILLS, TARGETS = table_of(OrderRow), table_of(FillRow), table_of(TargetRow)
POINTS = table_of(ConvictionRow)
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
    """In the order in which they were intended."""
    fills = defaultdict(list)
    joined = (
        select(FILLS)
        .join(ORDERS, ORDERS.c.client_order_id == FILLS.c.client_order_id)
        .where(ORDERS.c.week_id == week_id)
        .order_by(FILLS.c.position)
    )
    for row in reader.rows(joined):
        fills[row["client_order_id"]].append(row)
    lines = []
    for row in reader.rows(
        select(ORDERS).where(ORDERS.c.week_id == week_id).order_by(ORDERS.c.position)
    ):
        own = fills[row["client_order_id"]]
        shares = sum((Decimal(fill["quantity"]) for fill in own), Decimal(0))
        spent = sum(
            (Decimal(fill["quantity"]) * Decimal(fill["price"]) for fill in own), Decimal(0)
        )
        lines.append(
            OrderLine(
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
                commission=sum((Decimal(fill["commission"]) for fill in own), Decimal(0)),
                filled_at=from_iso(own[-1]["filled_at"]) if own else None,
            )
        )
    return tuple(lines)


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
