"""Flattening everything means everything: a strategy's account too, in its own stream alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.desk.cycles import CycleRequest, run_cycle
from core.desk.flatten import flatten, flatten_due
from core.desk.opening import open_desk
from core.desk.parties import parties
from core.desk.strategy_settle import settle_strategy
from core.desk.trading_switch import disable
from core.errors import BrokerUnavailable
from core.events.account import OrderCancelled, OrderFilled, OrderIntended
from core.events.cycle import TradeOutcomeKnown
from core.schemas.cycle import CycleTrigger
from core.schemas.order import Purpose
from core.types import AccountId
from tests.fakes.desks import Bench, FlakyMarket, on
from tests.fakes.stock_desks import folder_of, stock_bars, stock_bench

FEW = ("AAPL", "XOM", "JNJ", "KO", "PEP", "UNH", "LLY")
NOON, CLOSED = on("2022-08-03", "11:00"), on("2022-08-03", "16:06")
ACCOUNT = AccountId("acct_7")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return folder_of(stock_bars(FEW), tmp_path_factory.mktemp("bars"))


@pytest.fixture
def held(folder) -> Bench:
    """The council is open and holds nothing; the strategy holds what its cycle bought."""
    made = ordered(folder).at(CLOSED)
    settle_strategy(made.desk, made.desk.strategies[0], CLOSED)
    assert positions(made)
    return made.at(on("2022-08-04", "10:00"))


def ordered(folder) -> Bench:
    made = stock_bench(folder, NOON, watch=FEW)
    open_desk(made.desk, NOON)
    request = CycleRequest("test", CycleTrigger.MANUAL, execute=True)
    asyncio.run(run_cycle(made.desk, made.desk.strategies[0], request))
    return made


def positions(made: Bench) -> dict:
    ledger = made.desk.books.book(ACCOUNT).ledger
    return {symbol: held.quantity for symbol, held in ledger.positions.items()}


def stop(made: Bench) -> None:
    disable(made.store, "enough", "ann", made.desk.clock.now(), flatten=True)


def flattening(made: Bench) -> list:
    intents = [event.intent for event in made.events(OrderIntended)]
    return [intent for intent in intents if intent.purpose is Purpose.FLATTEN]


def test_what_a_strategy_holds_is_closed_once(held):
    before, desk = positions(held), held.desk
    stop(held)
    assert flatten_due(desk)
    assert flatten(desk, desk.clock.now()).ordered == len(before)
    assert {one.symbol: one.quantity for one in flattening(held)} == before
    assert not flatten_due(desk), "orders are under way"
    assert flatten(desk, desk.clock.now()).ordered == 0
    held.at(on("2022-08-04", "16:06"))
    settle_strategy(desk, desk.strategies[0], desk.clock.now())
    assert positions(held) == {}
    assert not flatten_due(desk)
    assert flatten(desk, desk.clock.now()).ordered == 0
    assert len(flattening(held)) == len(before)


def test_only_the_strategys_streams_hear_of_it(held):
    before = held.heads()
    stop(held)
    flatten(held.desk, held.desk.clock.now())
    after = held.heads()
    assert {name for name, head in after.items() if before.get(name) != head} == {
        f"account/{ACCOUNT}",
        "system/trading",
    }


def test_its_round_trips_end_with_their_outcome_and_belong_to_no_other_cycle(held):
    count = len(positions(held))
    stop(held)
    flatten(held.desk, held.desk.clock.now())
    held.at(on("2022-08-04", "16:06"))
    settle_strategy(held.desk, held.desk.strategies[0], held.desk.clock.now())
    outcomes = held.events(TradeOutcomeKnown)
    assert len(outcomes) == count
    assert {one.exit_cycle_id for one in outcomes} == {None}


def test_orders_that_wait_are_taken_back(folder):
    made = ordered(folder)
    assert made.desk.books.book(ACCOUNT).open_orders
    stop(made)
    done = flatten(made.desk, NOON)
    assert done.cancelled
    assert done.ordered == 0
    made.at(CLOSED)
    settle_strategy(made.desk, made.desk.strategies[0], CLOSED)
    assert positions(made) == {}
    assert not made.events(OrderFilled)
    assert made.events(OrderCancelled)


def test_a_close_that_was_never_sent_is_sent_by_the_next_round(held):
    stop(held)
    dead = replace(held.desk, broker=Dead(held.desk.broker))
    with pytest.raises(BrokerUnavailable):
        flatten(dead, held.desk.clock.now())
    before = flattening(held)
    assert before
    assert flatten_due(held.desk), "it has not gone out"
    flatten(held.desk, held.desk.clock.now())
    assert not flatten_due(held.desk)
    assert flattening(held) == before
    held.at(on("2022-08-04", "16:06"))
    settle_strategy(held.desk, held.desk.strategies[0], held.desk.clock.now())
    assert positions(held) == {}


class Dead:
    """Nothing reaches it, whoever asks for an order."""

    def __init__(self, inner) -> None:
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def place_all(self, tickets):
        raise BrokerUnavailable("the line is down")


def test_a_strategy_whose_market_says_nothing_is_closed_at_what_it_paid(held):
    blind = replace(held.desk.strategies[0], market=FlakyMarket(held.desk.strategies[0].market))
    desk = replace(held.desk, strategies=(blind,))
    stop(held)
    assert flatten(desk, desk.clock.now()).ordered == len(positions(held))


def test_a_strategy_that_fills_at_bars_is_a_party_of_its_own(held):
    council, strategy = parties(held.desk)
    assert not council.strategies
    assert [one.name for one in strategy.strategies] == ["equity_cycle"]
