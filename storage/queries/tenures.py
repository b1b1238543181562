"""One account's records, one for each model that sat there: what it was worth and what it did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Float, and_, cast, func, select

from core.market import Floats
from core.rules.league import AccountRecord
from core.rules.performance import TradingRecord
from core.types import AccountId, WeekId
from storage.projections.checkpoints import ConvictionRow
from storage.projections.desk import SlotRow
from storage.projections.portfolio_tables import (
    AccountRow,
    EquityRow,
    FillRow,
    SeatModelRow,
    TargetRow,
    TradeRow,
)
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.queries.vital_signs import MARK

ACCOUNTS, SEATS, EQUITY = table_of(AccountRow), table_of(SeatModelRow), table_of(EquityRow)
FILLS, TRADES, TARGETS = table_of(FillRow), table_of(TradeRow), table_of(TargetRow)
POINTS, SLOTS = table_of(ConvictionRow), table_of(SlotRow)
ALWAYS = "9999"
"""Later than every session: the newest model's tenure has no end yet."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """A model at an account from week ``since`` (None: the start) until ``until`` (None: still)."""

    account_id: AccountId
    model: str
    since: WeekId | None
    until: WeekId | None

    def covers(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Rows whose day (an ISO text) falls into the tenure."""
        return and_(column >= (self.since or ""), column < (self.until or ALWAYS))


@dataclass(frozen=True, slots=True, eq=False)
class TenureCourse:
    """``cash`` and ``gross`` (n,) USD beside the equity of ``record``: what was held, and how much."""

    tenure: Tenure
    record: AccountRecord
    cash: Floats
    gross: Floats
    trading: TradingRecord


def tenures(reader: StoreReader, account_id: AccountId) -> tuple[Tenure, ...]:
    """Oldest first; nothing for an account that was never opened."""
    own = select(SEATS).where(SEATS.c.account_id == account_id).order_by(SEATS.c.since_week)
    rows = reader.rows(own)
    ends = [*(row["since_week"] for row in rows[1:]), ""][: len(rows)]
    return tuple(
        Tenure(
            account_id=account_id,
            model=row["model"],
            since=WeekId(row["since_week"]) if row["since_week"] else None,
            until=WeekId(end) if end else None,
        )
        for row, end in zip(rows, ends, strict=True)
    )


def tenure_course(reader: StoreReader, tenure: Tenure) -> TenureCourse | None:
    """None until a session of the tenure was marked. Money as floats, for statistics alone."""
    names = ("session", "equity", "cash", "gross")
    own = and_(EQUITY.c.account_id == tenure.account_id, tenure.covers(EQUITY.c.session))
    asked = select(*(EQUITY.c[name] for name in names)).where(own).order_by(EQUITY.c.session)
    rows = reader.rows(asked)
    if not rows:
        return None
    days = np.array([row["session"] for row in rows], dtype="datetime64[D]")
    equity, cash, gross = (np.array([float(row[name]) for row in rows]) for name in names[1:])
    trading = _trading(reader, tenure)
    record = AccountRecord(
        days=days,
        equity=equity,
        begin=_begin(reader, tenure),
        closed_trades=len(trading.trade_pnls),
        coverage=len(days) / _due(reader, tenure, str(days[0])),
    )
    return TenureCourse(tenure, record, cash, gross, trading)


def _begin(reader: StoreReader, tenure: Tenure) -> float:
    """USD at the last close before the tenure, or what the account was opened with."""
    before = select(EQUITY.c.equity).where(
        EQUITY.c.account_id == tenure.account_id, EQUITY.c.session < (tenure.since or "")
    )
    opened = select(ACCOUNTS.c.starting_cash.label("equity")).where(
        ACCOUNTS.c.account_id == tenure.account_id
    )
    found = reader.first(before.order_by(EQUITY.c.session.desc()).limit(1)) or reader.first(opened)
    return float(found["equity"]) if found else 0.0


def _due(reader: StoreReader, tenure: Tenure, first: str) -> int:
    """Sessions of the tenure from ``first`` on that were marked for anybody, or were to be."""
    own = and_(EQUITY.c.session >= first, tenure.covers(EQUITY.c.session))
    marked = {row["session"] for row in reader.rows(select(EQUITY.c.session).where(own).distinct())}
    asked = select(SLOTS.c.session).where(SLOTS.c.job == MARK).distinct()
    slots = reader.rows(asked.where(SLOTS.c.session.between(first, max(marked))))
    return len(marked | {row["session"] for row in slots})


def _trading(reader: StoreReader, tenure: Tenure) -> TradingRecord:
    closed = and_(TRADES.c.account_id == tenure.account_id, tenure.covers(TRADES.c.closed_at))
    rows = reader.rows(select(TRADES.c.pnl).where(closed).order_by(TRADES.c.position))
    filled = and_(FILLS.c.account_id == tenure.account_id, tenure.covers(FILLS.c.session))
    value = func.sum(cast(FILLS.c.quantity, Float) * cast(FILLS.c.price, Float)).label("value")
    total = reader.first(select(value).where(filled))
    paths, panics = _paths(reader, tenure)
    return TradingRecord(
        trade_pnls=[float(row["pnl"]) for row in rows],
        traded_notional=float(total["value"] or 0.0) if total else 0.0,
        conviction_paths=paths,
        panic_exits=panics,
    )


def _paths(reader: StoreReader, tenure: Tenure) -> tuple[Sequence[Sequence[float]], int]:
    """Conviction by week, Wednesday's first, and how many exits were panic."""
    paths: dict[str, list[float]] = defaultdict(list)
    own = and_(TARGETS.c.account_id == tenure.account_id, tenure.covers(TARGETS.c.week_id))
    for row in reader.rows(select(TARGETS.c.week_id, TARGETS.c.conviction).where(own)):
        paths[row["week_id"]].append(row["conviction"])
    names = ("week_id", "conviction_before", "conviction_after", "panic")
    mine = and_(POINTS.c.account_id == tenure.account_id, tenure.covers(POINTS.c.week_id))
    asked = select(*(POINTS.c[name] for name in names)).where(mine).order_by(POINTS.c.at)
    panics = 0
    for row in reader.rows(asked):
        path = paths[row["week_id"]]
        path += (
            [row["conviction_after"]]
            if path
            else [row["conviction_before"], row["conviction_after"]]
        )
        panics += bool(row["panic"])
    return list(paths.values()), panics
