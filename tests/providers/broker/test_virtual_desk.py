"""A week of the whole desk on one Alpaca key: six ledgers, one paper account, to the share and cent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from core.desk.settle import settle
from core.desk.weekly import run_week
from core.errors import BrokerError
from tests.fakes.alpaca_desks import AFTER_OPEN, EIGHT, KEY, WEEK, one_key_desk
from tests.providers.broker.virtual_key import key_differences
from tests.servers.alpaca_faults import Fault, broken
from tests.servers.alpaca_server import alpaca_server

CASH = Decimal(700_000)


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.exchange.now = EIGHT
        served.account.cash = CASH
        yield served


@pytest.mark.parametrize(
    "fault",
    [None, Fault(drop=True), Fault(drop=True, taken=False), broken(504, taken=True)],
    ids=["none", "dropped after", "dropped before", "504 after"],
)
def test_six_ledgers_are_one_account_to_the_share_and_cent(server, fault):
    server.exchange.parts = 3
    desk = one_key_desk(server)
    if fault is not None:
        server.faults.plan(replace(fault, times=2))
    for _ in range(4):
        try:
            asyncio.run(run_week(desk, WEEK))
        except BrokerError:
            desk = one_key_desk(server, desk.store)
            continue
        break
    server.exchange.open_market()
    settle(desk, AFTER_OPEN)
    settle(desk, AFTER_OPEN)
    books = {one.account_id: desk.books.book(one.account_id) for one in desk.policy.accounts}
    assert not any(book.open_orders for book in books.values())
    held: dict[str, Decimal] = {}
    for book in books.values():
        for symbol, quantity in book.expected_positions().items():
            held[symbol] = held.get(symbol, Decimal(0)) + quantity
    at_exchange = dict(desk.broker._inner.positions(KEY))
    assert {name: one for name, one in held.items() if one} == at_exchange
    start = desk.policy.risk.starting_cash
    spent = sum((book.ledger.cash - start for book in books.values()), Decimal(0))
    assert desk.broker._inner.cash(KEY) - CASH == spent
    assert key_differences(desk.broker) == []
    ids = [order.client_order_id for order in server.account.orders]
    assert len(ids) == len(set(ids))
    assert ids


def test_an_order_that_expires_ends_in_the_ledger_too(server):
    desk = one_key_desk(server)
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market(fill=False)
    server.exchange.close_market()
    settle(desk, AFTER_OPEN)
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        crossing = ["cross-" in one.broker_order_id for one in book.open_orders.values()]
        assert all(
            crossing
        )  # what meets inside waits for the next open, whatever became of the rest
        assert not book.ledger.positions
    assert key_differences(desk.broker) == []
    server.exchange.open_market()
    settle(desk, AFTER_OPEN)
    settle(desk, AFTER_OPEN)
    held: dict[str, Decimal] = {}
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        assert not book.open_orders
        for symbol, position in book.ledger.positions.items():
            held[symbol] = held.get(symbol, Decimal(0)) + position.quantity
    assert not any(held.values())
    assert len(held) == 1
