"""A week's conviction paths with what each checkpoint saw, and what all of them did to every account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd
from orjson import loads
from sqlalchemy import ColumnElement, Label, RowMapping, case, func, not_, select

from core.clock import from_iso
from core.schemas.order import WEEKLY, Purpose
from core.types import AccountId, CheckpointAction, Direction, WeekId
from storage.projections.checkpoints import ConvictionRow, QuietCheckpointsRow
from storage.projections.portfolio_tables import FillRow, OrderRow, TargetRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

POINTS, TARGETS, QUIET = table_of(ConvictionRow), table_of(TargetRow), table_of(QuietCheckpointsRow)
ORDERS, FILLS, TRADES = table_of(OrderRow), table_of(FillRow), table_of(TradeRow)
MOST_POINTS = 1500
"""A week has 120 checkpoints of six accounts; one nobody followed goes on for longer."""
PATH_COLUMNS = (
    "account_id",
    "at",
    "conviction",
    "before",
    "action",
    "rule",
    "reason",
    "price",
    "pnl",
    "panic",
    "invalidated",
)


@dataclass(frozen=True, slots=True)
class CheckpointCount:
    """How many checkpoints of an account's week did what.

    ``decided`` had a position and a price; ``idle`` none to decide on, or one with open orders;
    ``quiet`` saw no new price.
    """

    account_id: AccountId
    decided: int
    acted: int
    idle: int
    quiet: int
    panics: int
    invalidated: int


@dataclass(frozen=True, slots=True)
class WeekExit:
    """A round trip that ended within the week, by a checkpoint, its horizon or a person.

    ``price`` is the mean of its exits, USD a share; ``pnl`` USD net of every cost since it was opened.
    """

    account_id: AccountId
    closed_at: datetime
    purpose: Purpose
    price: Decimal
    pnl: Decimal


def path_frame(reader: StoreReader, week_id: WeekId, as_of: datetime) -> pd.DataFrame:
    """Every checkpoint with a position of the week, in order of time, in the columns of ``PATH_COLUMNS``.

    ``at`` in UTC, ``conviction`` and ``before`` −2 … 2, ``price`` USD a share, ``pnl`` USD since entry
    (both NaN where the checkpoint had none). Each account's path begins with Wednesday's conviction
    and the price it was sized at, at ``as_of``, action ``""``.
    """
    targets = reader.rows(select(TARGETS).where(TARGETS.c.week_id == week_id))
    points = reader.rows(
        select(POINTS)
        .where(POINTS.c.week_id == week_id, POINTS.c.price.is_not(None))
        .order_by(POINTS.c.at, POINTS.c.account_id)
        .limit(MOST_POINTS)
    )
    path = [_wednesday(row, as_of) for row in targets] + [_checkpoint(row) for row in points]
    frame = pd.DataFrame(path, columns=list(PATH_COLUMNS))
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.astype({"price": float, "pnl": float, "panic": bool, "invalidated": bool})


def _wednesday(row: RowMapping, as_of: datetime) -> tuple[object, ...]:
    price, own = loads(row["document"]).get("reference_price"), row["conviction"]
    return row["account_id"], as_of, own, own, "", "", "", price, None, False, False


def _checkpoint(row: RowMapping) -> tuple[object, ...]:
    names = ("conviction_after", "conviction_before", "action", "rule", "reason_delta")
    rest = (row["price"], row["pnl"], row["panic"], row["invalidated"])
    return row["account_id"], from_iso(row["at"]), *(row[name] for name in names), *rest


def week_trades(
    reader: StoreReader, week_id: WeekId
) -> dict[AccountId, tuple[str | None, Direction]]:
    """What each account was to hold from Wednesday on; None for FLAT."""
    names = ("account_id", "instrument", "direction")
    wanted = select(*(TARGETS.c[name] for name in names)).where(TARGETS.c.week_id == week_id)
    return {
        AccountId(row["account_id"]): (row["instrument"], Direction(row["direction"]))
        for row in reader.rows(wanted.order_by(TARGETS.c.account_id))
    }


def checkpoint_counts(reader: StoreReader, week_id: WeekId) -> tuple[CheckpointCount, ...]:
    """One for each account that had a checkpoint this week, in account order."""
    points = select(POINTS.c.account_id, *_sums()).where(POINTS.c.week_id == week_id)
    rows = reader.rows(points.group_by(POINTS.c.account_id).order_by(POINTS.c.account_id))
    asked = reader.rows(select(QUIET).where(QUIET.c.week_id == week_id))
    quiet = {row["account_id"]: row["slots"] for row in asked}
    return tuple(CheckpointCount(quiet=quiet.get(row["account_id"], 0), **row) for row in rows)


def _sums() -> list[Label[int]]:
    idle, acted = POINTS.c.price.is_(None), POINTS.c.action != CheckpointAction.STAY
    return [
        _how_many(idle, "idle"),
        _how_many(not_(idle), "decided"),
        _how_many(acted, "acted"),
        _how_many(POINTS.c.panic, "panics"),
        _how_many(POINTS.c.invalidated, "invalidated"),
    ]


def _how_many(which: ColumnElement[bool], name: str) -> Label[int]:
    return func.sum(case((which, 1), else_=0)).label(name)


def week_exits(reader: StoreReader, week_id: WeekId) -> tuple[WeekExit, ...]:
    """In order of time; a position held into the next week has none."""
    ended = (
        select(TRADES, ORDERS.c.purpose)
        .join(FILLS, FILLS.c.position == TRADES.c.position)
        .join(ORDERS, ORDERS.c.client_order_id == FILLS.c.client_order_id)
        .where(ORDERS.c.week_id == week_id, ORDERS.c.purpose.not_in(WEEKLY))
        .order_by(TRADES.c.position)
    )
    return tuple(
        WeekExit(
            account_id=AccountId(row["account_id"]),
            closed_at=from_iso(row["closed_at"]),
            purpose=Purpose(row["purpose"]),
            price=Decimal(row["exit_price"]),
            pnl=Decimal(row["pnl"]),
        )
        for row in reader.rows(ended)
    )
