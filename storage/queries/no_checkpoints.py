"""What the checkpoints cost or saved: each account beside the same account without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

import pandas as pd
from sqlalchemy import RowMapping, and_, select

from core.rules.no_checkpoints import LINE
from core.types import AccountId, WeekId
from storage.projections.no_checkpoints import ShadowEquityRow
from storage.projections.portfolio_tables import AccountRow, EquityRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

SHADOW, EQUITY, ACCOUNTS = table_of(ShadowEquityRow), table_of(EquityRow), table_of(AccountRow)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Both lines over some sessions: USD at the close before the first and at the last."""

    actual_from: Decimal
    actual_to: Decimal
    without_from: Decimal
    without_to: Decimal

    @property
    def effect(self) -> float:
        """The account's return less the line's, a fraction; each on its own money."""
        actual, without = self.actual_to / self.actual_from, self.without_to / self.without_from
        return float(actual - without)


@dataclass(frozen=True, slots=True)
class CheckpointEffect:
    """One account: every week it lived through, and all of them together.

    A week's USD hold what earlier weeks' differences earned since; its fraction does not.
    """

    account_id: AccountId
    total: Stretch
    weeks: tuple[tuple[WeekId, Stretch], ...]


def checkpoint_effects(reader: StoreReader) -> tuple[CheckpointEffect, ...]:
    """Every account with a session in which both lines are known, in account order."""
    rows = groupby(_both_lines(reader), key=lambda row: row["account_id"])
    return tuple(_effect(account, list(own)) for account, own in rows)


def _both_lines(reader: StoreReader) -> Sequence[RowMapping]:
    same = and_(
        EQUITY.c.account_id == SHADOW.c.account_id,
        EQUITY.c.session == SHADOW.c.session,
    )
    of_account = ACCOUNTS.c.account_id == SHADOW.c.account_id
    columns = [SHADOW.c.account_id, SHADOW.c.week_id, SHADOW.c.equity.label("without")]
    return reader.rows(
        select(*columns, EQUITY.c.equity.label("actual"), ACCOUNTS.c.starting_cash)
        .join(EQUITY, same)
        .join(ACCOUNTS, of_account)
        .where(SHADOW.c.line == LINE)
        .order_by(SHADOW.c.account_id, SHADOW.c.session)
    )


def _effect(account: str, rows: Sequence[RowMapping]) -> CheckpointEffect:
    start = Decimal(rows[0]["starting_cash"])
    before, weeks = (start, start), []
    for week, sessions in groupby(rows, key=lambda row: row["week_id"]):
        *_, last = sessions
        after = (Decimal(last["actual"]), Decimal(last["without"]))
        if week:
            weeks.append((WeekId(week), Stretch(before[0], after[0], before[1], after[1])))
        before = after
    total = Stretch(start, before[0], start, before[1])
    return CheckpointEffect(AccountId(account), total, tuple(weeks))


def no_checkpoints_frame(reader: StoreReader) -> pd.DataFrame:
    """Columns ``account_id``, ``session`` (datetime64), ``equity`` in USD, in order of session.

    The line as `equity_frame` gives the accounts. No rows for an empty store.
    """
    columns = [SHADOW.c.account_id, SHADOW.c.session, SHADOW.c.equity]
    rows = reader.rows(
        select(*columns)
        .where(SHADOW.c.line == LINE)
        .order_by(SHADOW.c.session, SHADOW.c.account_id)
    )
    frame = pd.DataFrame([tuple(row.values()) for row in rows], columns=[c.name for c in columns])
    frame["session"] = pd.to_datetime(frame["session"])
    frame["equity"] = frame["equity"].astype(float)
    return frame
