"""A strategy's course beside its benchmark: return at each close, both from the same first close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from core.strategy import StrategySpec
from storage.projections.portfolio_tables import AccountRow, EquityRow
from storage.projections.prices import SessionPriceRow
from storage.projections.strategy_tables import StrategyDayRow
from storage.projections.writing import table_of
from storage.queries.desk import AccountRole, accounts
from storage.queries.reader import StoreReader

DAYS, EQUITY, PRICES = table_of(StrategyDayRow), table_of(EquityRow), table_of(SessionPriceRow)
ACCOUNTS = table_of(AccountRow)


@dataclass(frozen=True, slots=True)
class Close:
    """``growth`` since it began, ``benchmark`` its price (USD; None unknown), ``drawdown`` ≤ 0."""

    session: str
    growth: float
    benchmark: float | None
    drawdown: float


@dataclass(frozen=True, slots=True)
class Ends:
    """From the first close to the last; None where there is none."""

    last: str | None = None
    returned: float | None = None
    benchmark_returned: float | None = None
    drawdown: float | None = None


def course(reader: StoreReader, spec: StrategySpec) -> tuple[Close, ...]:
    """Every close, oldest first: of a strategy's own account, or of the account the council trades."""
    if spec.account is not None:
        chosen = select(DAYS).where(DAYS.c.strategy == spec.name).order_by(DAYS.c.session)
        return tuple(_own(row) for row in reader.rows(chosen))
    return _council(reader, spec.benchmark)


def ends_of(reader: StoreReader, spec: StrategySpec) -> Ends:
    """What the whole course came to."""
    closes = course(reader, spec)
    if not closes:
        return Ends()
    last = closes[-1]
    return Ends(last.session, last.growth - 1, _over(closes), last.drawdown)


def _over(closes: Sequence[Close]) -> float | None:
    """The benchmark from its first known price to its newest."""
    known = [one.benchmark for one in closes if one.benchmark]
    return known[-1] / known[0] - 1 if known else None


def _own(row: RowMapping) -> Close:
    growth, best = row["growth"], row["best"]
    return Close(row["session"], growth, row["benchmark"], growth / best - 1 if best > 0 else 0.0)


def _council(reader: StoreReader, benchmark: str) -> tuple[Close, ...]:
    council = next((one for one in accounts(reader) if one.role is AccountRole.COUNCIL), None)
    if council is None:
        return ()
    columns = (EQUITY.c.session, EQUITY.c.equity, EQUITY.c.peak)
    own = select(*columns).where(EQUITY.c.account_id == council.account_id)
    rows = reader.rows(own.order_by(EQUITY.c.session))
    priced = select(PRICES.c.session, PRICES.c.close).where(PRICES.c.symbol == benchmark)
    prices = {row["session"]: float(row["close"]) for row in reader.rows(priced)}
    start = _starting_cash(reader, council.account_id)
    return tuple(
        Close(
            session=row["session"],
            growth=float(row["equity"]) / start,
            benchmark=prices.get(row["session"]),
            drawdown=float(row["equity"]) / float(row["peak"]) - 1,
        )
        for row in rows
    )


def _starting_cash(reader: StoreReader, account_id: str) -> float:

    row = reader.first(select(ACCOUNTS.c.starting_cash).where(ACCOUNTS.c.account_id == account_id))
    assert row is not None  # who has a close has an account
    return float(row["starting_cash"])
