"""Every account's record since its present model took the seat: equity, closed trades, coverage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Select, and_, func, select

from core.market import Days, Floats
from core.rules.league import AccountRecord
from core.types import AccountId, WeekId
from storage.projections.desk import SlotRow
from storage.projections.portfolio_tables import AccountRow, EquityRow, SeatModelRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.desk import AccountLabel, accounts
from storage.queries.reader import StoreReader
from storage.queries.vital_signs import MARK

ACCOUNTS, SEATS = table_of(AccountRow), table_of(SeatModelRow)
EQUITY, TRADES, SLOTS = table_of(EquityRow), table_of(TradeRow), table_of(SlotRow)


@dataclass(frozen=True, slots=True, eq=False)
class AccountCourse:
    """An account over all its sessions, and ``record`` of those its present model is answerable for.

    ``since`` is that model's first week, None when it sat there from the start.
    """

    account: AccountLabel
    since: WeekId | None
    days: Days
    equity: Floats
    record: AccountRecord


def account_courses(reader: StoreReader) -> tuple[AccountCourse, ...]:
    """Every account with a marked session since its model came, in order of the accounts."""
    curves, trades, since = _curves(reader), _closed_trades(reader), _since(reader)
    cash = reader.rows(select(ACCOUNTS.c.account_id, ACCOUNTS.c.starting_cash))
    begins = {row["account_id"]: float(row["starting_cash"]) for row in cash}
    expected = _expected_sessions(reader, curves)
    found = []
    for label in accounts(reader):
        key = label.account_id
        if key not in curves:
            continue
        seat = _Seat(since.get(key, ""), begins[key], trades.get(key, 0))
        record = _record(curves[key], seat, expected)
        if len(record.days):
            found.append(AccountCourse(label, seat.week, *curves[key], record))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Since when (``""``: the start) the present model sits there; USD at the start; its trades."""

    since: str
    begin: float
    closed_trades: int

    @property
    def week(self) -> WeekId | None:
        return WeekId(self.since) if self.since else None


def _record(course: tuple[Days, Floats], seat: _Seat, expected: Days) -> AccountRecord:
    """The course from the present model's first week on."""
    days, equity = course
    start = int(np.searchsorted(days, np.datetime64(seat.since, "D"))) if seat.since else 0
    own = days[start:]
    due = int(np.count_nonzero(expected >= own[0])) if len(own) else 0
    return AccountRecord(
        days=own,
        equity=equity[start:],
        begin=float(equity[start - 1]) if start else seat.begin,
        closed_trades=seat.closed_trades,
        coverage=len(own) / due if due else 0.0,
    )


def _curves(reader: StoreReader) -> Mapping[AccountId, tuple[Days, Floats]]:
    """Sessions and USD by account, read in the order of the table's key."""
    asked = select(EQUITY.c.account_id, EQUITY.c.session, EQUITY.c.equity)
    days: dict[str, list[str]] = defaultdict(list)
    worth: dict[str, list[float]] = defaultdict(list)
    for row in reader.rows(asked.order_by(EQUITY.c.account_id, EQUITY.c.session)):
        account: str = row["account_id"]
        days[account].append(row["session"])
        worth[account].append(float(row["equity"]))
    return {
        AccountId(key): (np.array(days[key], dtype="datetime64[D]"), np.array(worth[key]))
        for key in days
    }


def _expected_sessions(
    reader: StoreReader, curves: Mapping[AccountId, tuple[Days, Floats]]
) -> Days:
    """Sessions that were marked, or whose mark ended otherwise, up to the newest one that was."""
    if not curves:
        return np.empty(0, dtype="datetime64[D]")
    marked = np.unique(np.concatenate([days for days, _ in curves.values()]))
    asked = select(SLOTS.c.session).where(SLOTS.c.job == MARK).distinct()
    slots = np.array([row["session"] for row in reader.rows(asked)], dtype="datetime64[D]")
    both = np.union1d(marked, slots)
    due: Days = both[both <= marked[-1]]
    return due


def _closed_trades(reader: StoreReader) -> Mapping[str, int]:
    """Round trips closed since the present model took the seat."""
    newest = _newest_seats().subquery()
    own = and_(
        newest.c.account_id == TRADES.c.account_id, TRADES.c.closed_at >= newest.c.since_week
    )
    counted = select(TRADES.c.account_id, func.count().label("n")).join(newest, own)
    rows = reader.rows(counted.group_by(TRADES.c.account_id))
    return {row["account_id"]: row["n"] for row in rows}


def _since(reader: StoreReader) -> Mapping[str, str]:
    return {row["account_id"]: row["since_week"] for row in reader.rows(_newest_seats())}


def _newest_seats() -> Select[tuple[str, str]]:
    newest = func.max(SEATS.c.since_week).label("since_week")
    return select(SEATS.c.account_id, newest).group_by(SEATS.c.account_id)
