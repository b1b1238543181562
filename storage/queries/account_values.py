"""What each account was worth at its newest close, and the round trips it closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import RowMapping, func, select

from core.clock import from_iso
from core.types import AccountId
from storage.projections.portfolio_tables import AccountRow, EquityRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

ACCOUNTS, EQUITY, TRADES = table_of(AccountRow), table_of(EquityRow), table_of(TradeRow)


@dataclass(frozen=True, slots=True)
class AccountValue:
    """USD. ``equity`` and ``gross`` (the sum of all positions' sizes) are of ``session``'s close.

    They are None before the account's first one. ``cash`` is after the newest fill.
    """

    account_id: AccountId
    name: str
    model: str
    strategy: str
    session: date | None
    equity: Decimal | None
    gross: Decimal | None
    peak: Decimal
    cash: Decimal
    realised_pnl: Decimal
    costs: Decimal


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A round trip: shares, USD a share; ``pnl`` is net of every cost, ``position`` its last fill's."""

    position: int
    account_id: AccountId
    symbol: str
    direction: str
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    pnl: Decimal
    opened_at: datetime
    closed_at: datetime


def account_values(reader: StoreReader) -> tuple[AccountValue, ...]:
    """Every account, by its id."""
    newest = (
        select(EQUITY.c.account_id, func.max(EQUITY.c.session).label("session"))
        .group_by(EQUITY.c.account_id)
        .subquery()
    )
    asked = (
        select(ACCOUNTS, EQUITY.c.session, EQUITY.c.equity, EQUITY.c.gross)
        .outerjoin(newest, newest.c.account_id == ACCOUNTS.c.account_id)
        .outerjoin(
            EQUITY,
            (EQUITY.c.account_id == ACCOUNTS.c.account_id) & (EQUITY.c.session == newest.c.session),
        )
        .order_by(ACCOUNTS.c.account_id)
    )
    return tuple(map(_value, reader.rows(asked)))


def closed_trades(
    reader: StoreReader, limit: int, account_id: str | None = None, before: int | None = None
) -> tuple[ClosedTrade, ...]:
    """The newest first; ``before`` goes on from the last one's position."""
    asked = select(TRADES).order_by(TRADES.c.position.desc()).limit(limit)
    if account_id is not None:
        asked = asked.where(TRADES.c.account_id == account_id)
    if before is not None:
        asked = asked.where(TRADES.c.position < before)
    return tuple(map(_trade, reader.rows(asked)))


def _value(row: RowMapping) -> AccountValue:
    return AccountValue(
        account_id=AccountId(row["account_id"]),
        name=row["name"],
        model=row["model"],
        strategy=row["strategy"],
        session=date.fromisoformat(row["session"]) if row["session"] else None,
        equity=Decimal(row["equity"]) if row["equity"] else None,
        gross=Decimal(row["gross"]) if row["gross"] else None,
        peak=Decimal(row["peak"]),
        cash=Decimal(row["cash"]),
        realised_pnl=Decimal(row["realised_pnl"]),
        costs=Decimal(row["costs"]),
    )


def _trade(row: RowMapping) -> ClosedTrade:
    money = {name: Decimal(row[name]) for name in ("quantity", "entry_price", "exit_price", "pnl")}
    return ClosedTrade(
        position=row["position"],
        account_id=AccountId(row["account_id"]),
        symbol=row["symbol"],
        direction=row["direction"],
        opened_at=from_iso(row["opened_at"]),
        closed_at=from_iso(row["closed_at"]),
        **money,
    )
