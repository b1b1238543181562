"""A week of the whole desk on one Alpaca key: six ledgers, one paper account, to the share and cent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.desk.desk import Desk
from core.desk.settle import settle
from core.desk.weekly import run_week
from core.errors import BrokerError
from core.types import AccountId, StoreKind, WeekId
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey, RestPolicy
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from providers.broker.virtual import Mid, VirtualBroker
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_exchange import Listing
from tests.servers.alpaca_faults import Fault, broken
from tests.servers.alpaca_server import AlpacaServer, alpaca_server

WEEK, WEDNESDAY = WeekId("2024-03-06"), date(2024, 3, 6)
EIGHT, AFTER_OPEN = at_new_york(WEDNESDAY, time(8)), at_new_york(WEDNESDAY, time(9, 35))
QUICK = RestPolicy(connect_s=2, read_s=10, deadline_s=20, retries=1, backoff_s=0.001)
KEY = AccountId("key")
CASH = Decimal(700_000)


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.exchange.now = EIGHT
        served.account.cash = CASH
        yield served


def desk_on(server: AlpacaServer, store: object = None) -> Desk:
    """A desk of the rules profile whose six accounts share the server's one key."""
    settings = load_settings(env={}, profile="rules", store="sqlite://")
    clock = FixedClock(EIGHT)
    opened = store or open_store(settings)
    desk = build_desk(settings, opened, kind=StoreKind.SIMULATION, clock=clock)
    quotes = desk.market.quotes([asset.symbol for asset in desk.policy.assets], EIGHT)
    server.exchange.listings = {name: Listing(name, quote.price) for name, quote in quotes.items()}
    api = AlpacaRest(
        PaperKey(server.account.key_id, server.account.secret),
        server.url,
        QUICK,
        TokenBucket(1e6, 10_000),
    )

    def mid(symbol: str, decided_at: datetime) -> Mid | None:
        if not server.exchange.is_open:
            return None
        return Mid(server.exchange.listings[symbol].price, AFTER_OPEN, WEDNESDAY, "test")

    inner = AlpacaBroker({KEY: api}, CALENDAR, clock, LookUps(waits_s=(0,)))
    cash = {each.account_id: desk.policy.risk.starting_cash for each in desk.policy.accounts}
    broker = VirtualBroker(inner, KEY, cash, opened, clock, mid)
    return replace(desk, broker=broker)


@pytest.mark.parametrize(
    "fault",
    [None, Fault(drop=True), Fault(drop=True, taken=False), broken(504, taken=True)],
    ids=["none", "dropped after", "dropped before", "504 after"],
)
def test_six_ledgers_are_one_account_to_the_share_and_cent(server, fault):
    server.exchange.parts = 3
    desk = desk_on(server)
    if fault is not None:
        server.faults.plan(replace(fault, times=2))
    for _ in range(4):
        try:
            asyncio.run(run_week(desk, WEEK))
        except BrokerError:
            desk = desk_on(server, desk.store)
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
    assert desk.broker.key_differences() == ()
    ids = [order.client_order_id for order in server.account.orders]
    assert len(ids) == len(set(ids))
    assert ids


def test_an_order_that_expires_ends_in_the_ledger_too(server):
    desk = replace(desk_on(server), broker_name="alpaca")
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market(fill=False)
    server.exchange.close_market()
    settle(desk, AFTER_OPEN)
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        crossing = [one.broker_order_id.startswith("cross-") for one in book.open_orders.values()]
        assert all(crossing)  # what meets inside waits for the next open, nothing of it was sent
        assert not book.ledger.positions
    assert desk.broker.key_differences() == ()
