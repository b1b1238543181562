"""What the accounts are worth now, from the read models: equity, drawdown, losses in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from sqlalchemy import select

from storage.metrics.families import Families
from storage.projections.portfolio_tables import EquityRow, TradeRow
from storage.projections.writing import table_of
from storage.queries.desk import AccountRole, accounts
from storage.queries.reader import StoreReader

EQUITY, TRADES = table_of(EquityRow), table_of(TradeRow)
DESK = "desk"
ZERO = Decimal(0)


class AccountFigures:
    """Every account's figures at the newest mark, and the desk's: the council's accounts but FLAT.

    Drawdown and losses are the breaker's where it measures (`storage.metrics.measured`). Each look
    reads the sessions and trades since the one before it, not the years before those.
    """

    def __init__(self) -> None:
        self._session = ""
        self._peak = ZERO
        self._traded = 0
        self._losses: dict[str, int] = {}

    def show(self, families: Families, reader: StoreReader) -> None:
        known = accounts(reader)
        summed = {one.account_id for one in known if one.role is not AccountRole.FLAT}
        self._show_equity(families, reader, summed)
        for account, losses in self.losses(reader, [one.account_id for one in known]).items():
            families.losses.labels(account).set(losses)

    def losses(self, reader: StoreReader, known: Iterable[str]) -> Mapping[str, int]:
        """In a row, per account; a trade that brought something, or nothing, ends the row."""
        self._losses = dict.fromkeys(known, 0) | self._losses
        columns = (TRADES.c.position, TRADES.c.account_id, TRADES.c.pnl)
        fresh = select(*columns).where(TRADES.c.position > self._traded)
        for row in reader.rows(fresh.order_by(TRADES.c.position)):
            account, lost = row["account_id"], Decimal(row["pnl"]) < 0
            self._losses[account] = self._losses.get(account, 0) + 1 if lost else 0
            self._traded = row["position"]
        return self._losses

    def _show_equity(
        self, families: Families, reader: StoreReader, summed: Collection[str]
    ) -> None:
        """From the newest session known on: it may have been half there."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        fresh = select(EQUITY).where(EQUITY.c.session >= self._session)
        for row in reader.rows(fresh.order_by(EQUITY.c.session)):
            _show(families, row["account_id"], Decimal(row["equity"]), Decimal(row["peak"]))
            if row["account_id"] in summed:
                sums[row["session"]] += Decimal(row["equity"])
        if sums:
            self._session = max(sums)
            _show(families, DESK, sums[self._session], max(self._peak, *sums.values()))
            over = (total for session, total in sums.items() if session < self._session)
            self._peak = max(self._peak, *over, ZERO)


def _show(families: Families, account: str, equity: Decimal, peak: Decimal) -> None:
    families.equity.labels(account).set(float(equity))
    families.drawdown.labels(account).set(float(1 - equity / peak) if peak > 0 else 0.0)
