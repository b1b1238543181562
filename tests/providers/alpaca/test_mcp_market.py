"""Market data over MCP: whole series though the tool has no pages, and every failure named."""

from __future__ import annotations

import pytest

from core.errors import MarketUnavailable, UnknownSymbol
from providers.alpaca.mcp_market import AlpacaMarketMcp
from providers.alpaca.token_bucket import TokenBucket
from tests.providers.alpaca.mcp_client import session_on
from tests.servers.alpaca_faults import HTML, Fault
from tests.servers.alpaca_market import FakeTape
from tests.servers.alpaca_server import alpaca_server

DAYS = [f"2026-11-{day:02}T05:00:00Z" for day in (2, 3, 4, 5, 6)]
DAILY = {symbol: [{"t": at, "c": 100} for at in DAYS] for symbol in ("SPY", "TLT")}
QUERY = {
    "timeframe": "1Day",
    "start": "2026-11-01T00:00:00Z",
    "end": "2026-11-30T00:00:00Z",
    "adjustment": "raw",
    "feed": "sip",
}


@pytest.fixture(scope="module")
def shared():
    tape = FakeTape(daily=DAILY, trades={"SPY": {"p": 1.5}})
    with alpaca_server(tape.routes) as server, session_on(server) as session:
        yield server, tape, AlpacaMarketMcp(session, TokenBucket(1e6, 10_000))


@pytest.mark.parametrize("page", [10_000, 4, 2])
def test_bars_are_whole_however_many_come_at_once(shared, page):
    _, tape, api = shared
    tape.page = page
    assert api.bars(["SPY", "TLT"], QUERY) == DAILY
    tape.page = 10_000


def test_snapshots_come_by_symbol(shared):
    assert shared[2].snapshots(["SPY"], "iex")["SPY"]["latestTrade"]["p"] == 1.5


def test_an_unknown_symbol_is_named(shared):
    with pytest.raises(UnknownSymbol, match="NO7"):
        shared[2].bars(["NO7"], QUERY)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "/v2/stocks", status=502, body=HTML),
        Fault("GET", "/v2/stocks", status=200, body=b"[]"),
        Fault("GET", "/v2/stocks", half=True),
        Fault("GET", "/v2/stocks", drop=True),
    ],
    ids=["502", "a list", "half", "dropped"],
)
def test_what_cannot_be_had_is_market_unavailable(shared, fault):
    server, _, api = shared
    server.faults.plan(fault)
    with pytest.raises(MarketUnavailable, match="ask again"):
        api.snapshots(["SPY"], "sip") if fault.body == b"[]" else api.bars(["SPY"], QUERY)
