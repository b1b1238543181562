"""The strategies page: how each stands, its switch and its capital, and who may move them."""

from __future__ import annotations

from datetime import date

import pytest

from core.desk.strategy_switch import is_on
from pages.http.asked import Asked
from storage.queries import StoreReader
from storage.queries.capital import capital_entries
from tests.fakes.stored_weeks import open_desk
from tests.fakes.strategies import account_opened, bought, equity_spec, marked
from tests.pages.conftest import HOSTILE, said

ELSEWHERE = Asked("10.0.0.7", (("host", "desk.example"),))


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    account_opened(store_at)
    bought(store_at, 500, "100")
    marked(store_at, date(2026, 9, 7), "110000", "500", "120")
    marked(store_at, date(2026, 9, 8), "90000", "510", "80")
    return store_at


def press(app, label):
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def fill(app, key, value):
    kinds = [*app.text_input, *app.number_input]
    next(one for one in kinds if one.key == key).set_value(value)


def test_an_empty_store_says_what_to_do(show, store_at):
    assert "cli.py demo" in said(show("strategies"))


def test_the_council_stands_first_and_its_capital_is_not_moved(show, desk):
    app = show("strategies")
    assert "seats stay comparable" in said(app)
    assert not app.number_input
    rows = app.dataframe[0].value
    assert list(rows["state"]) == ["on", "off"]


def test_a_strategy_is_shown_with_return_drawdown_and_course(show, desk):
    app = show("strategies", strategy="equity_cycle")
    words = said(app)
    assert "Equity $90,000" in words
    assert "Return -10.00%" in words
    assert "Below its best -18.2%" in words
    row = app.dataframe[0].value.iloc[1]
    assert (row["return"], row["SPY meanwhile"], row["drawdown"]) == ("-10.0%", "+2.0%", "-18.2%")


def test_an_operator_switches_it_with_a_reason(show, desk):
    app = show("strategies", strategy="equity_cycle")
    press(app, "Enable")
    assert "a reason is missing" in said(app)
    assert not is_on(desk, equity_spec(enabled=False))
    fill(app, "strategy reason", HOSTILE)
    press(app, "Enable")
    assert is_on(desk, equity_spec(enabled=False))
    assert "](http://evil" not in said(app)
    assert [one.label for one in app.button if one.label in ("Enable", "Disable")] == ["Disable"]


def test_an_operator_moves_capital_and_never_more_than_the_cash(show, desk):
    app = show("strategies", strategy="equity_cycle")
    fill(app, "capital amount", 2500.5)
    fill(app, "capital reason", "a larger try")
    press(app, "Deposit")
    assert [str(one.amount) for one in capital_entries(StoreReader(desk.engine))] == ["2500.50"]
    fill(app, "capital amount", 60000.0)
    fill(app, "capital reason", "back again")
    press(app, "Withdraw")
    assert "60000\\.00 is more" in said(app)
    assert len(capital_entries(StoreReader(desk.engine))) == 1


def test_a_stranger_sees_and_moves_nothing(show, desk, asking):
    asking(ELSEWHERE)
    app = show("strategies", strategy="equity_cycle")
    assert not app.dataframe
    assert not [one for one in app.button if one.label in ("Enable", "Deposit")]


def test_before_the_first_cycle_the_card_says_when_capital_can_be_moved(show, store_at):
    open_desk(store_at)
    words = said(show("strategies", strategy="equity_cycle"))
    assert "is opened with $100,000 by the first cycle" in words
    assert "No close has been marked yet" in words


def test_an_unknown_strategy_is_named_and_the_first_is_shown(show, desk):
    words = said(show("strategies", strategy="moon"))
    assert "no strategy moon" in words
    assert "seats stay comparable" in words
