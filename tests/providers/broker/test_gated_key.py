"""The kill switch where six accounts share a key: no net order goes out once trading is disabled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from core.desk.gate import DeskGate, KeyGate
from core.desk.settle import settle
from core.desk.trading_switch import disable
from core.desk.weekly import run_week
from core.events.account import OrderIntended, OrderRejected
from core.events.broker import NetOrderIntended, NetOrderRefused
from core.schemas.order import OrderTicket
from providers.broker.gated import GatedKey, GatedTogether
from tests.fakes.alpaca_desks import AFTER_OPEN, EIGHT, WEEK, one_key_desk
from tests.servers.alpaca_server import alpaca_server

STOP = "trading is disabled by ann: stop"


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.exchange.now = EIGHT
        served.account.cash = Decimal(700_000)
        yield served


class Finger(KeyGate):
    """The key's gate, and a person who stops everything right after ``orders`` were let out."""

    def __init__(self, store, orders: int) -> None:
        super().__init__(store)
        self._log, self._left = store, orders

    def refusal(self, ticket: OrderTicket) -> str | None:
        if not self._left:
            disable(self._log, "stop", "ann", EIGHT)
        self._left -= 1
        return super().refusal(ticket)


def gated_desk(server, orders: int):
    store = one_key_desk(server).store
    desk = one_key_desk(server, store, lambda inner: GatedKey(inner, Finger(store, orders)))
    return replace(desk, broker=GatedTogether(desk.broker, DeskGate(store)))


def decoded(desk, *kinds):
    rows = desk.store.read_all(types=[kind.__name__ for kind in kinds])
    return [desk.store.decode(row) for row in rows]


def test_a_stop_in_the_middle_of_a_batch_of_net_orders_stops_the_rest(server):
    desk = gated_desk(server, orders=1)
    asyncio.run(run_week(desk, WEEK))
    netted = {one.client_order_id for one in decoded(desk, NetOrderIntended)}
    assert len(netted) > 2
    assert len(server.account.orders) == 1
    refused = decoded(desk, NetOrderRefused)
    assert len(refused) == len(netted) - 1
    assert {one.reason for one in refused} == {STOP}
    assert {one.reason for one in decoded(desk, OrderRejected)} == {STOP}
    server.exchange.open_market()
    settle(desk, AFTER_OPEN)
    assert len(server.account.orders) == 1


def test_a_stop_before_the_batch_lets_nothing_be_netted(server):
    desk = gated_desk(server, orders=10_000)
    disable(desk.store, "stop", "ann", EIGHT)
    asyncio.run(run_week(desk, WEEK))
    assert server.account.orders == []
    assert decoded(desk, NetOrderIntended) == []
    assert len(decoded(desk, OrderRejected)) == len(decoded(desk, OrderIntended)) > 0
