"""The broker contract on Alpaca over REST, against the loopback exchange."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.types import AccountId
from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from tests.contract.broker import BrokerContract, BrokerDesk
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_server import AlpacaServer, alpaca_server

ONE = AccountId("acct_1")
FAST = RestPolicy(connect_s=1, read_s=1, deadline_s=2, retries=2, backoff_s=0.001)


def broker_on(server: AlpacaServer) -> AlpacaBroker:
    key = PaperKey(server.account.key_id, server.account.secret)
    api = AlpacaRest(key, server.url, FAST, TokenBucket(per_minute=1e6, burst=1000))
    clock = FixedClock(server.exchange.now)
    return AlpacaBroker({ONE: api}, CALENDAR, clock, LookUps(waits_s=(0, 0.01)))


class TestQueuedUntilTheOpen(BrokerContract):
    @pytest.fixture
    def desk(self):
        with alpaca_server() as server:
            yield BrokerDesk(
                broker=broker_on(server),
                account=ONE,
                starting_cash=server.account.cash,
                decided_at=server.exchange.now - timedelta(seconds=1),
                let_fill=server.exchange.open_market,
                reopen=lambda tickets: broker_on(server),
            )


class TestFilledAtOnce(BrokerContract):
    @pytest.fixture
    def desk(self):
        with alpaca_server() as server:
            server.exchange.open_market()
            yield BrokerDesk(
                broker=broker_on(server),
                account=ONE,
                starting_cash=server.account.cash,
                decided_at=server.exchange.now,
                let_fill=lambda: None,
                reopen=lambda tickets: broker_on(server),
            )


class TestFilledInPartsListedTwiceInDisorder(BrokerContract):
    @pytest.fixture
    def desk(self):
        with alpaca_server() as server:
            server.exchange.parts = 3
            server.listing.page = 1
            server.listing.fills_twice = server.listing.fills_reversed = True
            yield BrokerDesk(
                broker=broker_on(server),
                account=ONE,
                starting_cash=server.account.cash,
                decided_at=server.exchange.now - timedelta(seconds=1),
                let_fill=server.exchange.open_market,
                reopen=lambda tickets: broker_on(server),
            )
