"""`doctor --live` on paper accounts: which is which, and what is wrong with one."""

from __future__ import annotations

import pytest

from config.terminal.doctor_live import account_checks, shared_cash
from core.errors import BrokerUnavailable
from tests.fakes.desks import rules_settings
from tests.fakes.strategies import equity_spec


class Account:
    """Answers one question."""

    def __init__(self, **told: object) -> None:
        self._told = {"account_number": "PA1", "status": "ACTIVE", "equity": "100000.5", **told}

    def account(self) -> dict:
        return self._told


class Silent:
    def account(self) -> dict:
        raise BrokerUnavailable("paper-api.alpaca.markets did not answer")


def checks(**apis):
    return {check.name: check for check in account_checks(apis)}


def test_each_account_says_its_number_and_its_equity():
    found = checks(acct_1=Account(), acct_2=Account(account_number="PA2"))
    assert found["alpaca acct_1"].ok
    assert found["alpaca acct_1"].detail == "PA1 ACTIVE, equity $100,000.50"
    assert found["alpaca acct_2"].detail.startswith("PA2")


def test_one_account_under_two_names_is_broken():
    found = checks(acct_1=Account(), acct_2=Account())
    assert not found["alpaca acct_2"].ok
    assert "same account as acct_1" in found["alpaca acct_2"].detail


def test_a_blocked_a_closed_and_a_silent_account_are_broken():
    found = checks(
        acct_1=Account(trading_blocked=True),
        acct_2=Account(account_number="PA2", status="ACCOUNT_CLOSED"),
        acct_3=Silent(),
    )
    assert not any(check.ok for check in found.values())
    assert "trading blocked" in found["alpaca acct_1"].detail
    assert "did not answer" in found["alpaca acct_3"].detail


def test_words_that_are_no_money_are_unknown():
    assert "equity unknown" in checks(acct_1=Account(equity=None))["alpaca acct_1"].detail


@pytest.mark.parametrize(("cash", "ok"), [("700000", True), ("699999.99", False)])
def test_one_key_is_to_hold_the_capital_of_a_strategy_that_shares_it_too(cash, ok):
    beside = [equity_spec(broker="desk")]
    (found,) = shared_cash(Account(cash=cash), rules_settings(), beside)
    assert found.ok is ok
    assert "6 accounts of $100000.00 and $100000.00 of equity_cycle" in found.detail
    assert ok or "set risk.starting_cash to 99999 or less" in found.detail
    assert "less capital in config/strategies.yaml" in found.detail or ok
