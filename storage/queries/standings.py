"""How each account did, and the council against its members: the core's own metrics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
from sqlalchemy import select

from core.market import Floats
from core.rules.comparison import CouncilComparison, MeasuredAccount, compare_council
from core.rules.performance import Performance, TradingRecord, measure
from core.types import AccountId, WeekId
from storage.projections.checkpoints import ConvictionRow
from storage.projections.portfolio_tables import (
    AccountRow,
    FillRow,
    SeatModelRow,
    TargetRow,
    TradeRow,
)
from storage.projections.writing import table_of
from storage.queries.desk import AccountLabel, AccountRole, accounts
from storage.queries.portfolio import equity_frame
from storage.queries.reader import StoreReader

ACCOUNTS, SEATS = table_of(AccountRow), table_of(SeatModelRow)
FILLS, TRADES = table_of(FillRow), table_of(TradeRow)
TARGETS, POINTS = table_of(TargetRow), table_of(ConvictionRow)


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's record since its present model took the seat (``since``, None: from the start).

    ``curve`` is its equity in USD, one value a session, the first one what it began with.
    """

    account: AccountLabel
    since: WeekId | None
    curve: Floats
    performance: Performance

    @property
    def equity(self) -> float:
        return float(self.curve[-1])


@dataclass(frozen=True, slots=True)
class CouncilStanding:
    """The council beside its PMs over all sessions; ``mean`` is equal money in every PM, in USD."""

    council: Standing
    comparison: CouncilComparison
    mean: Floats


def standings(reader: StoreReader) -> tuple[Standing, ...]:
    """Every account with at least one marked session, best total return first."""
    frame, records = equity_frame(reader), _Records.read(reader)
    found = [
        standing
        for account in accounts(reader)
        if (standing := _standing(account, frame, records)) is not None
    ]
    return tuple(sorted(found, key=lambda one: -(one.performance.total_return or 0.0)))


def council_standing(reader: StoreReader) -> CouncilStanding | None:
    """None until the council and its PMs have the same marked sessions, with one model each."""
    every = standings(reader)
    council = next((one for one in every if one.account.role is AccountRole.COUNCIL), None)
    pms = {one.account.account_id: one for one in every if one.account.role is AccountRole.PM}
    if council is None or not pms:
        return None
    if {len(one.curve) for one in pms.values()} != {len(council.curve)}:
        return None
    members = {key: MeasuredAccount(one.curve, one.performance) for key, one in pms.items()}
    measured = MeasuredAccount(council.curve, council.performance)
    growth = [one.curve / one.curve[0] for one in pms.values()]
    return CouncilStanding(
        council=council,
        comparison=compare_council(measured, members),
        mean=np.mean(growth, axis=0) * council.curve[0],
    )


@dataclass(frozen=True, slots=True)
class _Records:
    """What metrics need beside equity, by account; each entry with the day it happened (ISO)."""

    starting_cash: Mapping[str, float]
    since: Mapping[str, str]
    trades: Mapping[str, Sequence[tuple[str, float]]]
    notionals: Mapping[str, Sequence[tuple[str, float]]]
    paths: Mapping[str, Mapping[str, list[float]]]
    panics: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, reader: StoreReader) -> _Records:
        trades, notionals = defaultdict(list), defaultdict(list)
        for row in reader.rows(select(TRADES).order_by(TRADES.c.position)):
            trades[row["account_id"]].append((row["closed_at"][:10], float(row["pnl"])))
        for row in reader.rows(select(FILLS).order_by(FILLS.c.position)):
            value = float(Decimal(row["quantity"]) * Decimal(row["price"]))
            notionals[row["account_id"]].append((row["session"], value))
        paths, panics = _paths(reader)
        opened = reader.rows(select(ACCOUNTS.c.account_id, ACCOUNTS.c.starting_cash))
        seats = reader.rows(select(SEATS).order_by(SEATS.c.since_week))
        return cls(
            starting_cash={row["account_id"]: float(row["starting_cash"]) for row in opened},
            since={row["account_id"]: row["since_week"] for row in seats},
            trades=trades,
            notionals=notionals,
            paths=paths,
            panics=panics,
        )

    def trading(self, account: AccountId, since: str) -> TradingRecord:
        """What the account did from week ``since`` on."""
        return TradingRecord(
            trade_pnls=[pnl for day, pnl in self.trades.get(account, ()) if day >= since],
            traded_notional=sum(
                value for day, value in self.notionals.get(account, ()) if day >= since
            ),
            conviction_paths=[
                path for week, path in self.paths.get(account, {}).items() if week >= since
            ],
            panic_exits=sum(day >= since for day in self.panics.get(account, ())),
        )


def _paths(
    reader: StoreReader,
) -> tuple[Mapping[str, Mapping[str, list[float]]], Mapping[str, list[str]]]:
    """Conviction by account and week, Wednesday's first, and the weeks of panic exits."""
    paths: dict[str, dict[str, list[float]]] = defaultdict(dict)
    panics: dict[str, list[str]] = defaultdict(list)
    for row in reader.rows(select(TARGETS).order_by(TARGETS.c.week_id)):
        paths[row["account_id"]][row["week_id"]] = [row["conviction"]]
    for row in reader.rows(select(POINTS).order_by(POINTS.c.at)):
        path = paths[row["account_id"]].setdefault(row["week_id"], [row["conviction_before"]])
        path.append(row["conviction_after"])
        if row["panic"]:
            panics[row["account_id"]].append(row["week_id"])
    return paths, panics


def _standing(account: AccountLabel, frame: pd.DataFrame, records: _Records) -> Standing | None:
    since = records.since.get(account.account_id, "")
    own = frame[frame["account_id"] == account.account_id]
    before = own[own["session"] < pd.Timestamp(since)] if since else own.iloc[:0]
    after = own.iloc[len(before) :]
    if after.empty:
        return None
    first = records.starting_cash[account.account_id]
    begin = float(before["equity"].iloc[-1]) if len(before) else first
    curve = np.concatenate(([begin], after["equity"].to_numpy(dtype=np.float64)))
    return Standing(
        account=account,
        since=WeekId(since) if since else None,
        curve=curve,
        performance=measure(curve, records.trading(account.account_id, since)),
    )
