"""The league: whole weeks, intervals around the mean, and nobody ranked before there is evidence."""

from __future__ import annotations

import numpy as np
import pytest

from core.rules.league import WEEKS_A_YEAR, AccountRecord, league
from core.rules.performance import sharpe
from core.rules.statistics.evidence import Shortfall
from core.types import AccountId

FIRST = np.datetime64("2026-01-07")
"""A Wednesday."""


def sessions(weeks, rest=0):
    """Weekdays of so many weeks from a Wednesday to a Tuesday, and ``rest`` days of the next."""
    days = FIRST + np.arange(7 * weeks + rest)
    return days[np.is_busday(days)]


def record(weeks=20, trades=25, coverage=1.0, *, seed=1, drift=0.001, rest=0):
    days = sessions(weeks, rest)
    growth = 1 + drift + 0.01 * np.random.default_rng(seed).standard_normal(len(days))
    return AccountRecord(days, 100_000 * np.cumprod(growth), 100_000.0, trades, coverage)


def one(record):
    return league({AccountId("acct_1"): record})[AccountId("acct_1")]


def test_a_week_ends_on_tuesday_and_begins_with_what_the_last_one_left():
    days = sessions(2)
    equity = np.linspace(101_000, 110_000, len(days))
    weekly = AccountRecord(days, equity, 100_000.0, 0, 1.0).weekly()
    assert weekly == pytest.approx([equity[4] / 100_000 - 1, equity[9] / equity[4] - 1])


def test_a_week_that_is_not_over_does_not_count():
    assert len(record(3, rest=3).weekly()) == 3
    assert len(record(3).weekly()) == 3


def test_weeks_without_a_session_leave_no_return():
    days = np.concatenate((sessions(1), sessions(1) + 21))
    assert len(AccountRecord(days, np.full(10, 1e5), 1e5, 0, 1.0).weekly()) == 2


def test_an_account_without_money_has_no_weekly_return():
    assert len(AccountRecord(sessions(1), np.array([1e5, 0, 1, 1, 1]), 1e5, 0, 1.0).weekly()) == 0


def test_the_return_a_year_is_the_mean_week_and_lies_in_its_interval():
    found = record(40)
    line = one(found)
    assert line.a_year == pytest.approx(np.mean(found.weekly()) * WEEKS_A_YEAR)
    assert line.interval.low < line.a_year < line.interval.high


def test_the_same_record_has_the_same_interval_at_every_look():
    assert one(record(40)).interval == one(record(40)).interval


def test_under_eight_weeks_there_is_no_interval():
    assert one(record(7)).interval is None
    assert one(record(9)).interval is not None


@pytest.mark.parametrize(
    ("weeks", "trades", "coverage", "missing"),
    [
        (12, 20, 1.0, Shortfall.WEEKS),
        (13, 19, 1.0, Shortfall.TRADES),
        (13, 20, 0.949, Shortfall.COVERAGE),
    ],
)
def test_one_short_of_the_evidence_is_not_ranked(weeks, trades, coverage, missing):
    line = one(record(weeks, trades, coverage))
    assert line.rank is None
    assert line.standing.shortfalls == (missing,)


def test_a_sharpe_ratio_needs_the_weeks_and_the_trades():
    enough = record(13, 20)
    assert one(enough).sharpe == pytest.approx(sharpe(enough.curve[1:] / enough.curve[:-1] - 1))
    assert one(record(13, 19)).sharpe is None
    assert one(record(12, 20)).sharpe is None


def test_the_ranked_come_first_and_the_others_as_they_were_given():
    records = {
        AccountId("acct_1"): record(5, drift=0.02),
        AccountId("acct_2"): record(20, drift=0.0),
        AccountId("acct_3"): record(20, drift=0.01),
        AccountId("acct_4"): record(20, coverage=0.9, drift=0.02),
    }
    lines = league(records)
    assert list(lines) == ["acct_3", "acct_2", "acct_1", "acct_4"]
    assert [line.rank for line in lines.values()] == [1, 2, None, None]
