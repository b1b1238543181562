"""The broker contract on Alpaca over MCP, against the loopback exchange."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.types import AccountId
from providers.alpaca.mcp_session import McpSession
from providers.broker.alpaca import AlpacaBroker, LookUps
from tests.contract.broker import BrokerContract, BrokerDesk
from tests.contract.market_data import CALENDAR
from tests.providers.alpaca.mcp_client import api_of, session_on
from tests.servers.alpaca_exchange import FakeExchange
from tests.servers.alpaca_server import KEY_ID, AlpacaServer, alpaca_server

ONE = AccountId("acct_1")


@pytest.fixture(scope="module")
def shared():
    """One server process for all tests, each of which has a fresh exchange behind it."""
    with alpaca_server() as server, session_on(server) as session:
        yield server, session


def broker_on(server: AlpacaServer, session: McpSession) -> AlpacaBroker:
    clock = FixedClock(server.exchange.now)
    return AlpacaBroker({ONE: api_of(session)}, CALENDAR, clock, LookUps(waits_s=(0, 0.01)))


class TestAlpacaOverMcp(BrokerContract):
    @pytest.fixture
    def desk(self, shared):
        server, session = shared
        server.exchange = FakeExchange()
        server.exchange.add_account(KEY_ID)
        return BrokerDesk(
            broker=broker_on(server, session),
            account=ONE,
            starting_cash=server.account.cash,
            decided_at=server.exchange.now - timedelta(seconds=1),
            let_fill=server.exchange.open_market,
            reopen=lambda tickets: broker_on(server, session),
        )
