"""Capital: who may be given money, how much can be taken, and that books and broker agree on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.clock import FixedClock
from core.desk.books import AccountBooks
from core.desk.capital import Transfer, deposit, withdraw
from core.desk.sent_orders import SentOrders
from core.desk.writing import account_stream
from core.errors import BadInput, Busy
from core.events import ALL_EVENTS
from core.strategy import MACRO, StrategySpec
from providers.broker.fill_rules import FillRules
from providers.broker.simulated import SimulatedBroker
from storage.control import withdraw_capital
from storage.event_store import open_store
from storage.locks import lock_for
from storage.serialization import EventRegistry
from tests.fakes.strategies import ACCOUNT, OPENED, account_opened, bought, equity_spec

D = Decimal
LATER = OPENED + timedelta(hours=1)


@pytest.fixture
def store(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    opened = open_store(url, registry=EventRegistry(ALL_EVENTS))
    yield opened
    opened.close()


def moved(amount: str, reason: str = "a larger try") -> Transfer:
    return Transfer(D(amount), reason, "ada")


def cash(store) -> Decimal:
    return AccountBooks(store).book(ACCOUNT).ledger.cash


def broker(store, log: SentOrders) -> SimulatedBroker:
    made = SimulatedBroker(
        None,
        FixedClock(LATER),
        FillRules(slippage_bps=D(2), commission_bps=D(1)),
        {ACCOUNT: D(100_000)},
        log,
    )
    made.restore(*log.news())
    return made


def test_books_hold_what_was_given_and_taken(store):
    account_opened(store)
    deposit(store, equity_spec(), moved("25000.50"), LATER)
    withdraw(store, equity_spec(), moved("5000"), LATER)
    assert cash(store) == D("120000.50")


def test_the_same_amount_twice_counts_twice(store):
    account_opened(store)
    deposit(store, equity_spec(), moved("10"), LATER)
    deposit(store, equity_spec(), moved("10"), LATER)
    assert cash(store) == D(100_020)


def test_the_councils_accounts_are_never_moved(store):
    macro = StrategySpec(name=MACRO, title="Macro", pipeline="weekly", enabled=True)
    with pytest.raises(BadInput, match="start equal and stay comparable"):
        deposit(store, macro, moved("10"), LATER)
    assert store.last_position() == 0


def test_an_account_that_is_not_open_takes_nothing(store):
    with pytest.raises(BadInput, match="acct_7 is not open yet"):
        deposit(store, equity_spec(), moved("10"), LATER)


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "NaN", "Infinity", "1000000000.01"])
def test_what_is_no_amount_is_refused(store, amount):
    account_opened(store)
    for move in (deposit, withdraw):
        with pytest.raises(BadInput, match="an amount of"):
            move(store, equity_spec(), moved(amount), LATER)
    assert store.head(account_stream(ACCOUNT)).version == 1


def test_a_reason_is_kept_or_nothing_is(store):
    account_opened(store)
    with pytest.raises(BadInput, match="a reason is missing"):
        deposit(store, equity_spec(), moved("10", "  "), LATER)


def test_nobody_takes_more_than_the_cash(store):
    account_opened(store)
    bought(store, 100, "150")
    with pytest.raises(BadInput, match=r"has 85000.00 USD in cash, 85000.01 is more"):
        withdraw(store, equity_spec(), moved("85000.01"), LATER)
    withdraw(store, equity_spec(), moved("85000"), LATER)
    assert cash(store) == 0


def test_nobody_takes_what_an_order_may_need(store):
    account_opened(store)
    bought(store, 100, "150", filled=False)
    with pytest.raises(BadInput, match="is buying AAPL"):
        withdraw(store, equity_spec(), moved("1"), LATER)
    deposit(store, equity_spec(), moved("1"), LATER)


def test_a_broker_that_runs_and_one_that_restarts_have_the_books_cash(store):
    account_opened(store)
    runs = broker(store, SentOrders(store, {ACCOUNT}))
    deposit(store, equity_spec(), moved("25000"), LATER)
    withdraw(store, equity_spec(), moved("1000.25"), LATER)
    restarted = broker(store, SentOrders(store, {ACCOUNT}))
    assert runs.cash(ACCOUNT) == restarted.cash(ACCOUNT) == cash(store) == D("123999.75")


def test_another_accounts_broker_hears_nothing_of_it(store):
    account_opened(store)
    deposit(store, equity_spec(), moved("25000"), LATER)
    assert not SentOrders(store, {"acct_1"}).news().capital


def test_told_twice_a_broker_counts_it_once(store):
    account_opened(store)
    deposit(store, equity_spec(), moved("25000"), LATER)
    made = broker(store, SentOrders(store, {ACCOUNT}))
    made.restore(*SentOrders(store, {ACCOUNT}).news())
    assert made.cash(ACCOUNT) == D(125_000)


def test_nothing_is_taken_while_a_cycle_counts_on_it(store):
    account_opened(store)
    with lock_for(store.engine).hold("strategy/equity_cycle"), pytest.raises(Busy):
        withdraw_capital(store, equity_spec(), moved("10"), FixedClock(LATER))
    assert cash(store) == D(100_000)
