"""The real alpaca-mcp-server, where it is installed, its market data pointed at loopback."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from providers.alpaca.mcp_market import AlpacaMarketMcp
from providers.alpaca.mcp_session import McpSession, ServerCommand
from providers.alpaca.session import PaperKey
from tests.providers.alpaca.test_mcp_market import DAILY, QUERY
from tests.servers.alpaca_market import FakeTape
from tests.servers.alpaca_server import alpaca_server

START = "from alpaca_mcp_server.cli import main; main()"
ABSENT = importlib.util.find_spec("alpaca_mcp_server") is None


@pytest.mark.skipif(ABSENT, reason="absent: pip install alpaca-mcp-server==2.4.0")
def test_the_real_server_offers_every_tool_and_its_bars_are_read():
    """2.4.0 lets only its data address be set (DATA_API_URL); trading always goes to Alpaca."""
    with alpaca_server(FakeTape(daily=DAILY).routes) as server:
        command = ServerCommand(sys.executable, ("-c", START), {"DATA_API_URL": server.url})
        session = McpSession(PaperKey("PKTEST", "test"), command)
        try:
            assert AlpacaMarketMcp(session).bars(["SPY", "TLT"], QUERY) == DAILY
        finally:
            session.close()
