"""The kill switch with flattening: everything under way taken back, everything held closed, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.desk.flatten import REST, flatten, flatten_due
from core.desk.gate import DeskGate
from core.desk.settle import settle
from core.desk.simulation import simulate
from core.desk.trading_switch import disable, enable
from core.desk.weekly import run_week
from core.errors import OrderRefused
from core.events.account import OrderIntended, OrderRejected
from core.schemas.order import Purpose
from core.types import WeekId
from providers.broker.gated import GatedBroker
from tests.fakes.desks import Bench, FlakyMarket, bench, on, rules_settings


@pytest.fixture
def lived() -> Bench:
    """A desk in the middle of its second week, behind the gate."""
    made = bench(rules_settings(), at=on("2024-01-03", "06:00"))
    desk = replace(made.desk, broker=GatedBroker(made.desk.broker, DeskGate(made.store)))
    made = replace(made, desk=desk)
    assert made.simulate("2024-01-03", "2024-01-11").failed == 0
    assert held(made)
    return made


def held(made: Bench) -> dict[str, dict]:
    books = [made.desk.books.book(one.account_id) for one in made.desk.policy.accounts]
    found = {
        book.account_id: {name: one.quantity for name, one in book.ledger.positions.items()}
        for book in books
    }
    return {account: positions for account, positions in found.items() if positions}


def purposes(made: Bench, after: int) -> set[Purpose]:
    rows = made.store.read_all(after, types=[OrderIntended.__name__])
    return {made.store.decode(row).intent.purpose for row in rows}


def stop(made: Bench, *, flatten: bool = True) -> None:
    disable(made.store, "enough", "ann", made.desk.clock.now(), flatten=flatten)


def test_everything_is_closed_through_the_same_route_and_only_once(lived):
    assert not flatten_due(lived.desk)
    positions = sum(len(symbols) for symbols in held(lived).values())
    stop(lived)
    assert flatten_due(lived.desk)
    done = flatten(lived.desk, lived.desk.clock.now())
    assert (done.ordered, done.still_open) == (positions, ())
    assert not flatten_due(lived.desk), "orders are under way"
    assert flatten(lived.desk, lived.desk.clock.now()).ordered == 0
    lived.at(on("2024-01-12", "09:35"))
    settle(lived.desk, lived.desk.clock.now())
    assert held(lived) == {}
    assert not flatten_due(lived.desk)


def test_nothing_goes_out_afterwards_until_trading_is_enabled(lived):
    stop(lived)
    flatten(lived.desk, lived.desk.clock.now())
    asyncio.run(simulate(lived.desk, on("2024-01-12").date(), on("2024-01-18").date()))
    assert held(lived) == {}
    refused = lived.events(OrderRejected)
    assert refused
    assert {event.reason for event in refused} == {"trading is disabled by ann: enough"}
    enable(lived.store, "all is well", "ann", lived.desk.clock.now())
    asyncio.run(simulate(lived.desk, on("2024-01-19").date(), on("2024-01-25").date()))
    assert held(lived)


def test_a_stop_without_flattening_leaves_what_is_held(lived):
    before = held(lived)
    stop(lived, flatten=False)
    assert not flatten_due(lived.desk)
    asyncio.run(simulate(lived.desk, on("2024-01-12").date(), on("2024-01-18").date()))
    assert held(lived) == before


def test_orders_waiting_for_the_open_are_taken_back(lived):
    """Wednesday morning: the week's orders lie at the broker when everything is stopped."""
    lived.at(on("2024-01-17", "08:00"))
    asyncio.run(run_week(lived.desk, WeekId("2024-01-17")))
    start = lived.store.last_position()
    stop(lived)
    done = flatten(lived.desk, lived.desk.clock.now())
    assert done.cancelled
    assert purposes(lived, start) == {Purpose.FLATTEN}
    lived.at(on("2024-01-17", "09:35"))
    settle(lived.desk, lived.desk.clock.now())
    assert held(lived) == {}


class Refusing:
    """A broker that takes no order, whoever asks."""

    def __init__(self, inner) -> None:
        self.inner, self.asked = inner, 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def place_all(self, tickets):
        self.asked += len(tickets)
        return [OrderRefused("the account is restricted") for _ in tickets]


def test_a_broker_that_refuses_is_asked_again_after_a_rest_and_not_at_every_round(lived):
    stop(lived)
    broker = Refusing(lived.desk.broker)
    desk, positions = replace(lived.desk, broker=broker), len(held(lived))
    start = desk.clock.now()
    for second in range(int(REST.total_seconds())):
        lived.at(start + timedelta(seconds=second))
        if flatten_due(desk):
            flatten(desk, desk.clock.now())
    assert broker.asked == positions
    lived.at(start + REST)
    assert flatten_due(desk)
    assert flatten(desk, desk.clock.now()).ordered == positions


def test_a_week_in_which_everything_was_flattened_replays(lived):
    stop(lived)
    flatten(lived.desk, lived.desk.clock.now())
    asyncio.run(simulate(lived.desk, on("2024-01-12").date(), on("2024-01-16").date()))
    assert lived.replay("2024-01-10").difference is None


def test_a_week_whose_orders_were_taken_back_replays(lived):
    asyncio.run(simulate(lived.desk, on("2024-01-12").date(), on("2024-01-16").date()))
    lived.at(on("2024-01-17", "08:00"))
    asyncio.run(run_week(lived.desk, WeekId("2024-01-17")))
    lived.at(on("2024-01-17", "08:01"))
    stop(lived)
    assert flatten(lived.desk, lived.desk.clock.now()).cancelled
    coming = [
        slot for slot in lived.slots("2024-01-17", "2024-01-19") if slot.at > on("2024-01-17")
    ]
    lived.run(coming)
    assert lived.replay("2024-01-17").difference is None


def test_a_market_that_says_nothing_stops_no_flattening(lived):
    stop(lived)
    blind = replace(lived.desk, market=FlakyMarket(lived.desk.market))
    assert flatten(blind, lived.desk.clock.now()).ordered == len(held(lived))
