"""Six virtual accounts over one key of the loopback exchange, as tests build them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.clock import FixedClock, in_new_york
from core.ports import EventStore
from core.types import AccountId
from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from providers.broker.virtual import VirtualBroker
from providers.broker.virtual_key import Mid
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_server import AlpacaServer

KEY = AccountId("key")
SIX = tuple(AccountId(f"acct_{n}") for n in range(1, 7))
SEVENTH = AccountId("acct_7")
"""A strategy's, which joins the six later."""
START = Decimal(10_000)
FAST = RestPolicy(connect_s=1, read_s=1, deadline_s=2, retries=2, backoff_s=0.001)


def inner_on(server: AlpacaServer) -> AlpacaBroker:
    key = PaperKey(server.account.key_id, server.account.secret)
    api = AlpacaRest(key, server.url, FAST, TokenBucket(per_minute=1e6, burst=1000))
    clock = FixedClock(server.exchange.now)
    return AlpacaBroker({KEY: api}, CALENDAR, clock, LookUps(waits_s=(0, 0.01)))


def virtual_on(
    server: AlpacaServer, store: EventStore, fresh_s: float = 0.0, start: Decimal = START
) -> VirtualBroker:
    def mid(symbol: str, decided_at: datetime) -> Mid | None:
        if not server.exchange.is_open:
            return None
        now = server.exchange.now
        price = server.exchange.listings[symbol].price
        return Mid(price, now, in_new_york(now).date(), "test")

    accounts = dict.fromkeys((*SIX, SEVENTH), start)
    clock = FixedClock(server.exchange.now)
    return VirtualBroker(
        inner_on(server), KEY, accounts, store, clock, mid, fresh_s, joining=[SEVENTH]
    )


def key_differences(broker: VirtualBroker) -> list[str]:
    """Symbols in which the sum of the accounts is not what the key holds."""
    held: dict[str, Decimal] = {}
    for account in broker.custodies()[KEY]:
        for symbol, quantity in broker.positions(account).items():
            held[symbol] = held.get(symbol, Decimal(0)) + quantity
    told = broker.statement(KEY).positions
    return [name for name in {*held, *told} if held.get(name, 0) != told.get(name, 0)]
