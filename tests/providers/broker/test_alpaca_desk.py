"""A week of the whole desk on six Alpaca accounts: its ledger is the exchange's, to the share and cent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time

import pytest

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.desk.desk import Desk
from core.desk.settle import settle
from core.desk.weekly import run_week
from core.errors import BrokerError
from core.types import WeekId
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey, RestPolicy
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_exchange import Listing
from tests.servers.alpaca_faults import HTML, Fault, broken
from tests.servers.alpaca_server import AlpacaServer, alpaca_server

WEEK, WEDNESDAY = WeekId("2024-03-06"), date(2024, 3, 6)
EIGHT, AFTER_OPEN = at_new_york(WEDNESDAY, time(8)), at_new_york(WEDNESDAY, time(9, 35))
QUICK = RestPolicy(connect_s=2, read_s=10, deadline_s=20, retries=1, backoff_s=0.001)


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.exchange.now = EIGHT
        yield served


def desk_on(server: AlpacaServer, store: object = None) -> Desk:
    """A desk of the rules profile whose accounts are six key pairs of the server."""
    settings = load_settings(env={}, profile="rules", store="sqlite://")
    clock = FixedClock(EIGHT)
    desk = build_desk(settings, store or open_store(settings), clock=clock)
    quotes = desk.market.quotes([asset.symbol for asset in desk.policy.assets], EIGHT)
    server.exchange.listings = {name: Listing(name, quote.price) for name, quote in quotes.items()}
    apis = {
        each.account_id: api_on(server, f"PK-{each.account_id}") for each in desk.policy.accounts
    }
    broker = AlpacaBroker(apis, CALENDAR, clock, LookUps(waits_s=(0,)))
    return replace(desk, broker=broker)


def api_on(server: AlpacaServer, key_id: str) -> AlpacaRest:
    accounts = server.exchange.accounts
    fake = accounts.get(key_id) or server.exchange.add_account(key_id)
    return AlpacaRest(PaperKey(key_id, fake.secret), server.url, QUICK, TokenBucket(1e6, 10_000))


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
    desk = desk_on(server)
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
    desk = desk_on(server)
    dying = replace(desk, broker=DyingBroker(desk.broker, sent))
    with pytest.raises(Killed):
        asyncio.run(run_week(dying, WEEK))
    before = orders_at(server)
    assert len(before) == sent
    revived = desk_on(server, desk.store)
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
        theirs = server.exchange.accounts[f"PK-{account.account_id}"]
        assert book.ledger.cash == theirs.cash
        held = {symbol: each.quantity for symbol, each in book.ledger.positions.items()}
        assert held == theirs.positions
        assert len(book.finished_orders) == len(theirs.orders)
