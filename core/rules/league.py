"""The league of accounts: what each earned a year, how sure that is, and who may be ranked at all.

Deliberately no order before there is evidence: thirteen weeks and twenty closed trades, and a return
that covers 95 % of the sessions; until then accounts stand in the order they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.market import Days, Floats
from core.rules.performance import FEWEST_OBSERVATIONS, daily_returns, sharpe
from core.rules.statistics.bootstrap import bootstrap_mean
from core.rules.statistics.evidence import Evidence, Standing, standing
from core.rules.statistics.quantiles import Interval
from core.types import AccountId

WEEKS_A_YEAR = 52
SEED = 20_261_118
"""One seed for every look: the same record has the same interval wherever it is shown."""
RESAMPLES = 1_999
TUESDAY = 6
"""The last day of a week that is counted from its Wednesday."""


@dataclass(frozen=True, slots=True, eq=False)
class AccountRecord:
    """``days`` (n,) datetime64[D] of sessions, oldest first; ``equity`` (n,) USD at their closes.

    ``begin`` is the USD before the first of them, ``coverage`` the share (0 to 1) of the sessions
    since then whose equity is known.
    """

    days: Days
    equity: Floats
    begin: float
    closed_trades: int
    coverage: float

    @property
    def curve(self) -> Floats:
        """What it began with, then one value a session: (n + 1,) USD."""
        return np.concatenate(([self.begin], self.equity))

    def weekly(self) -> Floats:
        """Simple returns of whole weeks, Wednesday to Tuesday, oldest first: (weeks,).

        A newest week that has not reached its Tuesday is left out. Nothing for an account that ever
        had no money.
        """
        if not len(self.days) or np.any(self.curve <= 0):
            return np.empty(0)
        number = (self.days.astype("datetime64[D]").astype(np.int64) + 1) // 7
        last = np.flatnonzero(np.diff(number, append=number[-1] + 1))
        ends = np.concatenate(([self.begin], self.equity[last]))
        returns: Floats = ends[1:] / ends[:-1] - 1
        over = (int(self.days[-1].astype(np.int64)) + 1) % 7 == TUESDAY
        return returns if over else returns[:-1]


@dataclass(frozen=True, slots=True)
class LeagueLine:
    """One account's record; None where nothing can be said.

    a_year    fraction, mean weekly return × 52, not compounded
    interval  95 % of ``a_year``, studentised block bootstrap; needs eight weeks
    sharpe    of daily returns, 252 sessions; only with enough evidence
    standing  what evidence there is, and what is missing
    rank      from 1, by ``a_year``; only with evidence and coverage
    """

    total_return: float
    a_year: float | None
    interval: Interval | None
    sharpe: float | None
    standing: Standing
    rank: int | None = None


def league(records: Mapping[AccountId, AccountRecord]) -> dict[AccountId, LeagueLine]:
    """Every account's line: the ranked ones first, best return first, then the rest as given."""
    lines = {account: _line(record) for account, record in records.items()}
    ranked = [account for account, line in lines.items() if _may_be_ranked(line)]
    ranked.sort(key=lambda account: -(lines[account].a_year or 0.0))
    placed = {
        account: replace(lines[account], rank=place) for place, account in enumerate(ranked, 1)
    }
    return placed | {account: line for account, line in lines.items() if account not in placed}


def _may_be_ranked(line: LeagueLine) -> bool:
    return line.standing.ranked and line.a_year is not None


def _line(record: AccountRecord) -> LeagueLine:
    weekly = record.weekly()
    mean = bootstrap_mean(weekly, SEED, RESAMPLES)
    known = None if mean is None else mean.interval()
    found = standing(Evidence(len(weekly), record.closed_trades, record.coverage))
    return LeagueLine(
        total_return=float(record.curve[-1] / record.begin - 1),
        a_year=float(np.mean(weekly)) * WEEKS_A_YEAR if len(weekly) else None,
        interval=known and Interval(known.low * WEEKS_A_YEAR, known.high * WEEKS_A_YEAR),
        sharpe=_sharpe(record) if found.enough else None,
        standing=found,
    )


def _sharpe(record: AccountRecord) -> float | None:
    returns = daily_returns(record.curve)
    if returns is None or len(returns) < FEWEST_OBSERVATIONS:
        return None
    return sharpe(returns)
