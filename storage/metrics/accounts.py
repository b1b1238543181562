"""What the accounts are worth now, from the read models: equity, drawdown, losses in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import RowMapping, select

from storage.metrics.families import Families
from storage.projections.portfolio_tables import EquityRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.desk import AccountRole, accounts
from storage.queries.reader import StoreReader

EQUITY, TRADES = table_of(EquityRow), table_of(TradeRow)
DESK = "desk"


def show_accounts(families: Families, reader: StoreReader) -> None:
    """Every account's figures at the newest mark, and the desk's: the sum of all accounts but FLAT.

    Drawdown and losses are the breaker's where it measures (`storage.metrics.measured`).
    """
    known = [account.account_id for account in accounts(reader)]
    flat = {one.account_id for one in accounts(reader) if one.role is AccountRole.FLAT}
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    newest: dict[str, RowMapping] = {}
    for row in reader.rows(select(EQUITY).order_by(EQUITY.c.session)):
        newest[row["account_id"]] = row
        if row["account_id"] not in flat:
            sums[row["session"]] += Decimal(row["equity"])
    for account, row in newest.items():
        _show(families, account, Decimal(row["equity"]), Decimal(row["peak"]))
    if sums:
        _show(families, DESK, sums[max(sums)], max(sums.values()))
    for account, losses in losses_in_a_row(reader, known).items():
        families.losses.labels(account).set(losses)


def _show(families: Families, account: str, equity: Decimal, peak: Decimal) -> None:
    families.equity.labels(account).set(float(equity))
    families.drawdown.labels(account).set(float(1 - equity / peak) if peak > 0 else 0.0)


def losses_in_a_row(reader: StoreReader, known: Iterable[str]) -> Mapping[str, int]:
    """Per account; a trade that brought something, or nothing, ends the row."""
    found = dict.fromkeys(known, 0)
    trades = select(TRADES.c.account_id, TRADES.c.pnl).order_by(TRADES.c.position)
    for row in reader.rows(trades):
        lost = Decimal(row["pnl"]) < 0
        found[row["account_id"]] = found.get(row["account_id"], 0) + 1 if lost else 0
    return found
