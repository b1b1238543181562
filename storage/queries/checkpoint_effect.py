"""What the checkpoints cost or saved, week by week: each account's money beside the same without them."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Subquery, and_, func, select

from core.rules.no_checkpoints import LINE
from storage.projections.no_checkpoints import ShadowEquityRow
from storage.projections.portfolio_tables import AccountRow, EquityRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

SHADOW, EQUITY, ACCOUNTS = table_of(ShadowEquityRow), table_of(EquityRow), table_of(AccountRow)
READ = ("account_id", "week_id", "session", "starting_cash", "actual", "without")


def effect_frame(reader: StoreReader) -> pd.DataFrame:
    """One row an account and week, as both lines stand at its last session; accounts and weeks in order.

    Columns ``account_id, week_id, session, actual, without`` (USD), ``total_usd`` (what all checkpoints
    so far brought; negative is what they cost), ``week_usd`` (this week's part of it) and ``week_effect``
    (the account's return this week less the line's, a fraction, each on its own money). The numbers are
    those of ``checkpoint_effects``, aggregated where they lie. No rows for an empty store.
    """
    last, same = _last_sessions(), _same(SHADOW, EQUITY)
    statement = (
        select(
            *(last.c[name] for name in ("account_id", "week_id", "session")),
            ACCOUNTS.c.starting_cash,
            EQUITY.c.equity.label("actual"),
            SHADOW.c.equity.label("without"),
        )
        .join(SHADOW, and_(_same(SHADOW, last), SHADOW.c.line == LINE))
        .join(EQUITY, same)
        .join(ACCOUNTS, ACCOUNTS.c.account_id == last.c.account_id)
        .order_by(last.c.account_id, last.c.session)
    )
    rows = [tuple(row[name] for name in READ) for row in reader.rows(statement)]
    frame = pd.DataFrame(rows, columns=list(READ))
    money = dict.fromkeys(("starting_cash", "actual", "without"), float)
    return _differences(frame.astype(money))


def _last_sessions() -> Subquery:
    """Each account's last session of each week in which both lines are known."""
    return (
        select(SHADOW.c.account_id, SHADOW.c.week_id, func.max(SHADOW.c.session).label("session"))
        .join(EQUITY, _same(SHADOW, EQUITY))
        .where(SHADOW.c.line == LINE, SHADOW.c.week_id != "")
        .group_by(SHADOW.c.account_id, SHADOW.c.week_id)
        .subquery()
    )


def _same(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(one.c.account_id == other.c.account_id, one.c.session == other.c.session)


def _differences(frame: pd.DataFrame) -> pd.DataFrame:
    """A week begins where the one before ended, the first with the starting cash."""
    own = frame.groupby("account_id")
    before = {
        name: own[name].shift().fillna(frame["starting_cash"]) for name in ("actual", "without")
    }
    total = frame["actual"] - frame["without"]
    return frame.drop(columns="starting_cash").assign(
        total_usd=total,
        week_usd=total - (before["actual"] - before["without"]),
        week_effect=frame["actual"] / before["actual"] - frame["without"] / before["without"],
    )
