"""Strategies as read models: growth around capital, the peak moved along, and a rebuild that agrees."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.desk.capital import Transfer, deposit, withdraw
from core.desk.strategy_switch import switch_off, switch_on
from core.events import ALL_EVENTS
from core.strategy import MACRO, StrategySpec
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.queries.capital import capital_entries
from storage.queries.portfolio import equity_frame
from storage.queries.strategies import strategy_lines, strategy_words
from storage.queries.strategy_course import course
from storage.serialization import EventRegistry
from tests.fakes.strategies import OPENED, account_opened, bought, equity_spec, marked

D = Decimal
MONDAY = date(2026, 9, 7)
SPEC = equity_spec()
COUNCIL = StrategySpec(name=MACRO, title="Macro", pipeline="weekly", enabled=True)


@pytest.fixture
def store():
    opened = open_store(
        "sqlite://", registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS
    )
    yield opened
    opened.close()


def lived(store) -> StoreReader:
    """Half of it in AAPL: up ten per cent, money in, down ten, money out, level."""
    account_opened(store)
    bought(store, 500, "100")
    marked(store, MONDAY, "110000", "500", "120")
    deposit(store, SPEC, Transfer(D(90_000), "more", "ada"), OPENED + timedelta(days=6))
    marked(store, MONDAY + timedelta(days=1), "180000", "510", "80")
    withdraw(store, SPEC, Transfer(D(80_000), "less", "bob"), OPENED + timedelta(days=7))
    marked(store, MONDAY + timedelta(days=2), "100000", "505", "80")
    return StoreReader(store.engine)


def test_the_return_is_that_of_the_money_whoever_gave_it(store):
    (line,) = strategy_lines(lived(store), [SPEC])
    assert (line.capital, line.equity, line.cash) == (D(110_000), D(100_000), D(60_000))
    assert line.returned == pytest.approx(1.1 * 0.9 - 1)
    assert line.drawdown == pytest.approx(-0.1)
    assert line.benchmark_returned == pytest.approx(0.01)
    assert (line.on, line.word, line.closed_trades, line.realised) == (True, None, 0, D(0))


def test_money_moved_since_the_last_close_is_already_counted(store):
    reader = lived(store)
    deposit(store, SPEC, Transfer(D(1_000), "more", "ada"), OPENED + timedelta(days=8))
    (line,) = strategy_lines(reader, [SPEC])
    assert (line.capital, line.equity) == (D(111_000), D(101_000))
    assert line.returned == pytest.approx(1.1 * 0.9 - 1)


def test_a_withdrawal_is_no_drawdown_of_the_account(store):
    lived(store)
    frame = equity_frame(StoreReader(store.engine))
    assert list(frame["drawdown"]) == pytest.approx([0.0, -0.1, -0.1], abs=1e-6)


def test_every_close_is_told_with_its_benchmark(store):
    closes = course(lived(store), SPEC)
    assert [one.benchmark for one in closes] == [500, 510, 505]
    assert [one.growth for one in closes] == pytest.approx([1.1, 0.99, 0.99])


def test_capital_is_listed_newest_first(store):
    entries = capital_entries(lived(store))
    assert [(one.kind, one.amount, one.by) for one in entries] == [
        ("withdrawal", D(-80_000), "bob"),
        ("deposit", D(90_000), "ada"),
    ]
    assert capital_entries(StoreReader(store.engine), MACRO) == ()


def test_who_said_the_newest_word_is_shown(store):
    reader = lived(store)
    switch_off(store, SPEC, "enough", "bob", OPENED)
    switch_on(store, SPEC, "again", "ada", OPENED + timedelta(days=1))
    (line,) = strategy_lines(reader, [SPEC])
    assert (line.on, line.word.by, line.word.reason) == (True, "ada", "again")
    assert [one.on for one in strategy_words(reader, SPEC.name)] == [True, False]


def test_a_rebuild_tells_the_same(store):
    reader = lived(store)
    before = strategy_lines(reader, [SPEC]), course(reader, SPEC), capital_entries(reader)
    store.rebuild()
    assert (strategy_lines(reader, [SPEC]), course(reader, SPEC), capital_entries(reader)) == before


def test_before_its_first_cycle_and_without_a_desk_nothing_is_made_up(store):
    own, council = strategy_lines(StoreReader(store.engine), [SPEC, COUNCIL])
    for line in (own, council):
        assert (line.capital, line.equity, line.returned, line.drawdown) == (None,) * 4
    assert council.account_id is None


def test_money_under_way_in_a_position_is_not_cash(store):
    account_opened(store)
    bought(store, 100, "150")
    (line,) = strategy_lines(StoreReader(store.engine), [SPEC])
    assert (line.cash, line.equity) == (D(85_000), D(100_000))
