from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.reconciliation import Coming, Difference, LedgerSide, compare, short_of_start
from core.schemas.statement import Statement
from core.types import AccountId

D = Decimal
HUNDRED = D(100_000)
ONE = AccountId("acct_1")
SHARES = st.integers(-500, 500).map(D)


def side(positions=None, coming=None, sent=(), **more):
    return LedgerSide(
        positions=positions or {},
        coming=coming or {},
        sent=frozenset(sent),
        cash_change=more.get("cash_change", D(0)),
        starting_cash=more.get("starting_cash", D(100_000)),
        tolerance=more.get("tolerance", D("0.01")),
    )


def told(positions=None, cash=HUNDRED, orders=()):
    return Statement(
        custody=ONE, accounts=(ONE,), positions=positions or {}, cash=cash, orders=orders
    )


def test_equal_books_agree():
    assert compare(side({"SPY": D(10)}), told({"SPY": D(10)}), D(100_000), ()).agree


@pytest.mark.parametrize("theirs", [{}, {"SPY": D(9)}, {"SPY": D(-10)}, {"SPY": D("10.0001")}])
def test_shares_are_compared_exactly(theirs):
    found = compare(side({"SPY": D(10)}), told(theirs), D(100_000), ())
    assert [one.what for one in found.differences] == ["position"]
    assert not found.agree


@pytest.mark.parametrize(("cents", "differs"), [("0.01", False), ("0.011", True), ("-0.02", True)])
def test_cash_may_differ_by_its_tolerance_and_no_more(cents, differs):
    found = compare(side(), told(cash=D(100_000) + D(cents)), D(100_000), ())
    assert bool(found.differences) is differs


@given(ours=SHARES, bought=st.integers(0, 50), sold=st.integers(0, 50), change=SHARES)
def test_a_difference_is_in_flight_only_as_far_as_open_orders_reach(ours, bought, sold, change):
    coming = {"SPY": Coming(D(bought), D(sold))}
    found = compare(
        side({"SPY": ours} if ours else {}, coming),
        told({"SPY": ours + change} if ours + change else {}),
        D(100_000),
        (),
    )
    assert found.in_flight is (bool(change) and -sold <= change <= bought)
    assert bool(found.differences) is not (-sold <= change <= bought)


def test_cash_is_not_compared_while_shares_are_in_flight():
    flying = side(coming={"SPY": Coming(D(5), D(0))})
    found = compare(flying, told({"SPY": D(3)}, cash=D(1)), D(100_000), ())
    assert found.in_flight
    assert found.differences == ()


def test_orders_of_nobody_and_orders_lost_are_named():
    found = compare(side(sent=["mine", "lost"]), told(orders=("mine", "strange")), None, ["lost"])
    assert found.differences == (
        Difference("order", "lost", "sent", "unknown"),
        Difference("order", "strange", "unknown", "open"),
    )


def test_an_account_that_holds_less_than_it_starts_with_is_refused_with_both_sums():
    assert short_of_start(side(), told(cash=D("99_999.99"))) == ()
    (found,) = short_of_start(side(), told(cash=D(80_000)))
    assert str(found) == "starting_cash USD: ledger 100000.00, broker 80000.00"
