"""Net orders that never went out, or went out unrecorded, when somebody asks or withdraws them."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from core.desk.opening import open_desk
from core.desk.reconcile import Agreement, reconcile
from core.desk.settle import settle
from core.desk.weekly import run_week
from core.errors import BrokerError
from core.events import ALL_EVENTS
from core.events.account import OrderCancelled
from core.schemas.order import OrderStatus
from core.types import Side, WeekId
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.fakes.alpaca_desks import EIGHT, KEY, WEEK, one_key_desk
from tests.fakes.desks import on
from tests.providers.broker.test_virtual import order
from tests.providers.broker.virtual_key import SIX, key_differences, virtual_on
from tests.servers.alpaca_faults import Fault, broken
from tests.servers.alpaca_server import alpaca_server

D = Decimal
NEXT_WEEK = WeekId("2024-03-13")
NOBODY_THERE = Fault(drop=True, taken=False, times=None)


@pytest.fixture
def store():
    return open_store("sqlite://", registry=EventRegistry(ALL_EVENTS), projections=())


@pytest.fixture
def server():
    with alpaca_server() as served:
        yield served


def test_an_order_whose_rest_was_refused_is_not_over_before_its_cross_is_priced(server, store):
    broker = virtual_on(server, store)
    server.faults.plan(broken(403, taken=False))
    buy, sell = order(server, SIX[0], Side.BUY, 10), order(server, SIX[1], Side.SELL, 4)
    broker.place_all([buy, sell])
    assert broker.find(SIX[0], buy.client_order_id).status is OrderStatus.ACCEPTED
    server.exchange.open_market()
    ended = broker.find(SIX[0], buy.client_order_id)
    assert (ended.status, ended.filled_quantity) == (OrderStatus.CANCELLED, D(4))
    assert broker.find(SIX[1], sell.client_order_id).status is OrderStatus.FILLED


def test_a_net_order_taken_but_not_recorded_is_found_by_the_next_process(server, store):
    ticket = order(server, SIX[0], Side.BUY, 5)
    dying = virtual_on(server, store)
    place = dying._inner.place

    def taken_and_killed(asked):
        place(asked)
        raise KeyboardInterrupt

    dying._inner.place = taken_and_killed
    with pytest.raises(KeyboardInterrupt):
        dying.place(ticket)
    revived = virtual_on(server, store)
    assert revived.find(SIX[0], ticket.client_order_id).status is OrderStatus.ACCEPTED
    server.exchange.open_market()
    assert revived.positions(SIX[0]) == {"SPY": D(5)}
    assert len(server.posts()) == 1


@pytest.mark.parametrize("accounts", [SIX[:1], SIX[:3]])
def test_what_never_went_out_is_withdrawn_and_nothing_waits_behind_it(server, store, accounts):
    broker = virtual_on(server, store)
    server.faults.plan(NOBODY_THERE)
    never = [order(server, account, Side.BUY, 5) for account in accounts]
    assert all(isinstance(one, BrokerError) for one in broker.place_all(never))
    server.faults.clear()
    for ticket in never:
        withdrawn = broker.cancel(ticket.account_id, ticket.client_order_id)
        assert (withdrawn.status, withdrawn.filled_quantity) == (OrderStatus.CANCELLED, 0)
    after = virtual_on(server, store)
    after.place(order(server, SIX[4], Side.SELL, 3))
    server.exchange.open_market()
    assert after.positions(SIX[4]) == {"SPY": D(-3)}
    assert after.positions(SIX[0]) == {}
    assert [one.side for one in server.account.orders] == ["sell"]
    assert key_differences(after) == []


def test_a_queued_order_is_withdrawn_before_it_goes_out(server, store):
    broker = virtual_on(server, store)
    broker.place(order(server, SIX[0], Side.BUY, 5))
    queued = order(server, SIX[1], Side.SELL, 3)
    broker.place(queued)
    assert broker.cancel(SIX[1], queued.client_order_id).status is OrderStatus.CANCELLED
    server.exchange.open_market()
    assert broker.positions(SIX[1]) == {}
    assert len(server.account.orders) == 1


def test_a_week_that_never_reached_the_broker_leaves_nothing_behind_in_the_next(server):
    server.exchange.now = EIGHT
    server.account.cash = D(700_000)
    desk = one_key_desk(server)
    open_desk(desk, EIGHT)
    reconcile(desk, EIGHT)
    server.faults.plan(NOBODY_THERE)
    with pytest.raises(BrokerError):
        asyncio.run(run_week(desk, WEEK))
    server.faults.clear()
    assert not server.account.orders
    server.exchange.now = on("2024-03-13", "08:00")
    desk.clock.move_to(server.exchange.now)
    asyncio.run(run_week(desk, NEXT_WEEK))
    dropped = [desk.store.decode(row) for row in desk.store.read_all(types=["OrderCancelled"])]
    assert dropped
    assert all(isinstance(one, OrderCancelled) for one in dropped)
    server.exchange.open_market()
    after_open = on("2024-03-13", "09:35")
    desk.clock.move_to(after_open)
    settle(desk, after_open)
    settle(desk, after_open)
    assert reconcile(desk, after_open) == {KEY: Agreement.AGREES}
    assert not any(desk.books.book(one).open_orders for one in SIX)
    assert key_differences(desk.broker) == []
