"""What the accounts are worth and hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from sqlalchemy import select

from core.strategy import MACRO
from core.types import AccountId
from storage.projections.cycle_tables import StrategyMarkRow
from storage.projections.ledgers import Positions
from storage.projections.portfolio_tables import AccountRow, EquityRow, MarkRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

ACCOUNTS, EQUITY, MARKS = table_of(AccountRow), table_of(EquityRow), table_of(MarkRow)
OWN_MARKS = table_of(StrategyMarkRow)


@dataclass(frozen=True, slots=True)
class Holding:
    """A position at the newest mark, USD: ``value`` signed; None where the asset has no mark."""

    account_id: AccountId
    symbol: str
    quantity: Decimal
    average_cost: Decimal
    price: Decimal | None
    marked_in: str | None

    @property
    def value(self) -> Decimal | None:
        return None if self.price is None else self.quantity * self.price

    @property
    def unrealised(self) -> Decimal | None:
        """Profit in USD before costs, against the average cost."""
        if self.price is None:
            return None
        return self.quantity * (self.price - self.average_cost)


def holdings(reader: StoreReader) -> tuple[Holding, ...]:
    """Every open position, by account and symbol, each at its own strategy's marks."""
    marks = {(MACRO, row["symbol"]): row for row in reader.rows(select(MARKS))}
    marks |= {(row["strategy"], row["symbol"]): row for row in reader.rows(select(OWN_MARKS))}
    columns = (ACCOUNTS.c.account_id, ACCOUNTS.c.strategy, ACCOUNTS.c.positions)
    rows = reader.rows(select(*columns).order_by(ACCOUNTS.c.account_id))
    return tuple(
        Holding(
            account_id=AccountId(row["account_id"]),
            symbol=symbol,
            quantity=position.quantity,
            average_cost=position.average_cost,
            price=None if mark is None else Decimal(mark["price"]),
            marked_in=None if mark is None else mark["session"],
        )
        for row in rows
        for symbol, position in sorted(Positions.validate_json(row["positions"]).items())
        for mark in [marks.get((row["strategy"], symbol))]
    )


def equity_frame(reader: StoreReader) -> pd.DataFrame:
    """Columns ``account_id``, ``session`` (datetime64), ``equity`` and ``peak`` in USD, ``drawdown``.

    One row an account and session, in order of session; ``drawdown`` is a fraction ≤ 0 from the peak
    so far, the starting cash included. No rows for an empty store.
    """
    columns = [EQUITY.c.account_id, EQUITY.c.session, EQUITY.c.equity, EQUITY.c.peak]
    rows = reader.rows(select(*columns).order_by(EQUITY.c.session, EQUITY.c.account_id))
    frame = pd.DataFrame([tuple(row.values()) for row in rows], columns=[c.name for c in columns])
    frame["session"] = pd.to_datetime(frame["session"])
    frame["equity"] = frame["equity"].astype(float)
    frame["peak"] = frame["peak"].astype(float)
    frame["drawdown"] = frame["equity"] / frame["peak"] - 1
    return frame
