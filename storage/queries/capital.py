"""Capital: what a person gave and took, and what closed round trips brought, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import select

from core.clock import from_iso
from core.types import AccountId
from storage.projections.portfolio_tables import TradeRow
from storage.projections.strategy_tables import CapitalRow, StrategyStandingRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

MOVES, TRADES = table_of(CapitalRow), table_of(TradeRow)
STANDINGS = table_of(StrategyStandingRow)


@dataclass(frozen=True, slots=True)
class CapitalEntry:
    """``amount`` in USD: positive in, negative out; a round trip's result is net of every cost.

    ``by`` and ``reason`` are a person's, ``symbol`` the round trip's.
    """

    position: int
    at: datetime
    kind: Literal["deposit", "withdrawal", "realised"]
    strategy: str
    account_id: AccountId
    amount: Decimal
    by: str = ""
    reason: str = ""
    symbol: str = ""


def capital_entries(
    reader: StoreReader, strategy: str | None = None, limit: int = 50
) -> tuple[CapitalEntry, ...]:
    """Of one strategy or of all that have an account of their own; the council's is never moved."""
    every = [*_moves(reader, strategy, limit), *_realised(reader, strategy, limit)]
    return tuple(sorted(every, key=lambda one: -one.position)[:limit])


def _moves(reader: StoreReader, strategy: str | None, limit: int) -> list[CapitalEntry]:
    asked = select(MOVES).order_by(MOVES.c.position.desc()).limit(limit)
    if strategy is not None:
        asked = asked.where(MOVES.c.strategy == strategy)
    return [
        CapitalEntry(
            position=row["position"],
            at=from_iso(row["at"]),
            kind="withdrawal" if row["amount"].startswith("-") else "deposit",
            strategy=row["strategy"],
            account_id=AccountId(row["account_id"]),
            amount=Decimal(row["amount"]),
            by=row["by"],
            reason=row["reason"],
        )
        for row in reader.rows(asked)
    ]


def _realised(reader: StoreReader, strategy: str | None, limit: int) -> list[CapitalEntry]:
    asked = (
        select(TRADES, STANDINGS.c.strategy)
        .join(STANDINGS, STANDINGS.c.account_id == TRADES.c.account_id)
        .order_by(TRADES.c.position.desc())
        .limit(limit)
    )
    if strategy is not None:
        asked = asked.where(STANDINGS.c.strategy == strategy)
    return [
        CapitalEntry(
            position=row["position"],
            at=from_iso(row["closed_at"]),
            kind="realised",
            strategy=row["strategy"],
            account_id=AccountId(row["account_id"]),
            amount=Decimal(row["pnl"]),
            symbol=row["symbol"],
        )
        for row in reader.rows(asked)
    ]
