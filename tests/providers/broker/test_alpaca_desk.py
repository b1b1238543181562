"""A week of the whole desk on six Alpaca accounts: its ledger is the exchange's, to the share and cent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.desk.desk import Desk
from core.desk.flatten import flatten, flatten_due
from core.desk.settle import settle
from core.desk.trading_switch import disable
from core.desk.weekly import run_week
from core.errors import BrokerError
from providers.broker.alpaca import AlpacaBroker
from tests.fakes.alpaca_desks import AFTER_OPEN, EIGHT, WEEK, key_of, six_key_desk
from tests.servers.alpaca_faults import HTML, Fault, broken
from tests.servers.alpaca_server import AlpacaServer, alpaca_server


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.exchange.now = EIGHT
        yield served


class Killed(BaseException):
    """The process is gone: nothing of ours catches this."""


class DyingBroker:
    """Sends some of the tickets, then the process is killed before it could record any."""

    def __init__(self, broker: AlpacaBroker, sent: int) -> None:
        self._broker = broker
        self._sent = sent

    def __getattr__(self, name: str) -> object:
        return getattr(self._broker, name)

    def place_all(self, tickets):
        self._broker.place_all(tickets[: self._sent])
        raise Killed


def orders_at(server: AlpacaServer) -> list[str]:
    accounts = server.exchange.accounts.values()
    return sorted(order.client_order_id for account in accounts for order in account.orders)


@pytest.mark.parametrize(
    "fault",
    [
        None,
        Fault(drop=True),
        Fault(drop=True, taken=False),
        broken(504, taken=True),
        Fault(status=429, body=b"{}", taken=False),
        Fault(status=502, body=HTML),
    ],
    ids=["none", "dropped after", "dropped before", "504 after", "429 before", "HTML after"],
)
def test_the_ledger_of_a_week_is_the_exchanges(server, fault):
    desk = six_key_desk(server)
    server.exchange.parts = 3
    if fault is not None:
        server.faults.plan(replace(fault, times=3), Fault("GET", "/v2/orders:by", drop=True))
    for _ in range(4):
        try:
            asyncio.run(run_week(desk, WEEK))
        except BrokerError:
            continue
        break
    assert_settled_once(server, desk)


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_a_process_killed_between_sending_and_recording_sends_nothing_twice(server, sent):
    desk = six_key_desk(server)
    dying = replace(desk, broker=DyingBroker(desk.broker, sent))
    with pytest.raises(Killed):
        asyncio.run(run_week(dying, WEEK))
    before = orders_at(server)
    assert len(before) == sent
    revived = six_key_desk(server, desk.store)
    asyncio.run(run_week(revived, WEEK))
    assert set(before) <= set(orders_at(server))
    assert_settled_once(server, revived)


def assert_settled_once(server: AlpacaServer, desk: Desk) -> None:
    """The week again and its fills, twice: no order more, and books that are the exchange's."""
    sent = orders_at(server)
    assert sent
    assert len(set(sent)) == len(sent)
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market()
    desk.clock.move_to(AFTER_OPEN)
    server.listing.fills_twice = server.listing.fills_reversed = True
    settle(desk, AFTER_OPEN)
    settle(desk, AFTER_OPEN)
    assert orders_at(server) == sent
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        theirs = server.exchange.accounts[key_of(account.account_id)]
        assert book.ledger.cash == theirs.cash
        held = {symbol: each.quantity for symbol, each in book.ledger.positions.items()}
        assert held == theirs.positions
        assert len(book.finished_orders) == len(theirs.orders)


def test_flattening_takes_back_what_was_sent_and_never_recorded(server):
    desk = six_key_desk(server)
    dying = replace(desk, broker=DyingBroker(desk.broker, 2))
    with pytest.raises(Killed):
        asyncio.run(run_week(dying, WEEK))
    revived = six_key_desk(server, desk.store)
    disable(revived.store, "enough", "ann", EIGHT, flatten=True)
    for _ in range(2):
        flatten(revived, EIGHT)
    assert not flatten_due(revived)
    every = [one for account in server.exchange.accounts.values() for one in account.orders]
    assert [one.status for one in every] == ["canceled"] * 2
    assert not any(revived.books.book(one.account_id).open_orders for one in desk.policy.accounts)
