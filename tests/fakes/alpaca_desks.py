"""Whole desks on the loopback exchange: six key pairs, or six virtual accounts on one key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.desk.desk import Desk
from core.types import AccountId, StoreKind, WeekId
from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from providers.broker.virtual import VirtualBroker
from providers.broker.virtual_key import KeyBroker, Mid
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_exchange import Listing
from tests.servers.alpaca_server import AlpacaServer

WEEK, WEDNESDAY = WeekId("2024-03-06"), date(2024, 3, 6)
EIGHT, AFTER_OPEN = at_new_york(WEDNESDAY, time(8)), at_new_york(WEDNESDAY, time(9, 35))
QUICK = RestPolicy(connect_s=2, read_s=10, deadline_s=20, retries=1, backoff_s=0.001)
KEY = AccountId("key")


def _built(server: AlpacaServer, store: object, kind: StoreKind) -> Desk:
    settings = load_settings(env={}, profile="rules", store="sqlite://")
    clock = FixedClock(EIGHT)
    desk = build_desk(settings, store or open_store(settings), kind=kind, clock=clock)
    quotes = desk.market.quotes([asset.symbol for asset in desk.policy.assets], EIGHT)
    server.exchange.listings = {name: Listing(name, quote.price) for name, quote in quotes.items()}
    return desk


def _api(server: AlpacaServer, key_id: str, secret: str) -> AlpacaRest:
    return AlpacaRest(PaperKey(key_id, secret), server.url, QUICK, TokenBucket(1e6, 10_000))


def key_of(account_id: AccountId) -> str:
    return f"PK-{account_id}"


def six_key_desk(server: AlpacaServer, store: object = None) -> Desk:
    """A desk of the rules profile whose accounts are six key pairs of the server."""
    desk = _built(server, store, StoreKind.REAL)
    accounts, apis = server.exchange.accounts, {}
    for each in desk.policy.accounts:
        key_id = key_of(each.account_id)
        fake = accounts.get(key_id) or server.exchange.add_account(key_id)
        apis[each.account_id] = _api(server, key_id, fake.secret)
    broker = AlpacaBroker(apis, CALENDAR, desk.clock, LookUps(waits_s=(0,)))
    return replace(desk, broker=broker, statements=broker, broker_name="alpaca")


def one_key_desk(
    server: AlpacaServer,
    store: object = None,
    wrap: Callable[[KeyBroker], KeyBroker] = lambda one: one,
) -> Desk:
    """A desk of the rules profile whose six accounts share the server's one key.

    ``wrap`` goes around the broker that holds the key, under the netting.
    """
    desk = _built(server, store, StoreKind.SIMULATION)

    def mid(symbol: str, decided_at: datetime) -> Mid | None:
        if not server.exchange.is_open:
            return None
        return Mid(server.exchange.listings[symbol].price, AFTER_OPEN, WEDNESDAY, "test")

    api = _api(server, server.account.key_id, server.account.secret)
    inner = AlpacaBroker({KEY: api}, CALENDAR, desk.clock, LookUps(waits_s=(0,)))
    cash = {each.account_id: desk.policy.risk.starting_cash for each in desk.policy.accounts}
    broker = VirtualBroker(wrap(inner), KEY, cash, desk.store, desk.clock, mid)
    return replace(desk, broker=broker, statements=broker, broker_name="alpaca")
