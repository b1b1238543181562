"""Which feed of headlines a desk asks: as the file says, what keys allow, and never a vendor in play."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from config.alpaca import AlpacaConnections
from config.cycles import dated_sectors
from config.feeds import company_source, news_feed, news_name
from config.own_keys import secrets_of
from config.secrets import secrets_from
from config.settings import load_settings
from config.variables import read_variables
from core.discovery.sectors import SectorRow, sectors_on
from core.errors import ConfigError
from core.stages.cycle_heard import hear_news
from core.types import StoreKind
from tests.contract.news_feed import AS_OF
from tests.providers.market.test_news import article
from tests.servers.alpaca_market import FakeTape
from tests.servers.alpaca_server import KEY_ID, alpaca_server

KEYS = {"APCA_API_KEY_ID": "PKTEST", "APCA_API_SECRET_KEY": "secret"}
BARS = {"MARKET_DATA_DIR": "/bars"}


def settings(named="auto", **env):
    found = load_settings(env=env, profile="rules", store="sqlite://")
    connections = found.connections.model_copy(update={"news": named})
    return found.model_copy(update={"connections": connections})


def test_the_file_as_it_ships_asks_alpaca_with_its_keys_and_nobody_without():
    assert load_settings(env={}, profile="rules", store="sqlite://").connections.news == "auto"
    assert news_name(settings(), StoreKind.REAL) == "none"
    assert news_name(settings(**KEYS), StoreKind.REAL) == "alpaca"


@pytest.mark.parametrize("kind", [StoreKind.DEMO, StoreKind.SIMULATION])
@pytest.mark.parametrize("named", ["auto", "alpaca", "alpaca_mcp", "yfinance"])
def test_play_never_asks_a_vendor(kind, named):
    assert news_name(settings(named, **KEYS), kind) == "none"
    assert news_name(settings("files", **BARS), kind) == "files"


@pytest.mark.parametrize(
    ("named", "words"), [("alpaca", "no Alpaca key"), ("files", "MARKET_DATA_DIR is not set")]
)
def test_a_feed_that_cannot_be_is_one_line(named, words):
    with pytest.raises(ConfigError, match=words):
        news_name(settings(named), StoreKind.REAL)


@pytest.mark.parametrize(
    ("named", "source"),
    [("none", None), ("alpaca", "alpaca"), ("yfinance", "yfinance"), ("files", "files")],
)
def test_the_feed_has_the_name_of_its_provider(named, source):
    found = settings(named, **KEYS, **BARS)
    feed = news_feed(found, StoreKind.REAL, AlpacaConnections(secrets_of(found)))
    assert (feed.source if feed else None) == source


def told_by(named: str, market="auto", kind=StoreKind.REAL) -> str | None:
    found = settings()
    changes = {"companies": named, "market_data": market}
    connections = found.connections.model_copy(update=changes)
    source = company_source(found.model_copy(update={"connections": connections}), kind)
    return source.source if source else None


def test_companies_are_asked_of_yahoo_where_prices_are_or_where_it_is_named():
    assert told_by("auto") is None
    assert told_by("auto", ("alpaca",)) is None
    assert told_by("auto", ("alpaca", "yfinance")) == "yfinance"
    assert told_by("none", ("yfinance",)) is None
    assert told_by("yfinance") == "yfinance"


@pytest.mark.parametrize("kind", [StoreKind.DEMO, StoreKind.SIMULATION])
def test_play_is_told_nothing_of_today(kind):
    assert told_by("yfinance", ("yfinance",), kind) is None


def test_a_cycles_sectors_are_the_files_before_what_discovery_was_told():
    class Told:
        source = "yfinance"

        def sectors(self, symbols, as_of):
            return dict.fromkeys(symbols, "Energy")

    rows = [SectorRow("AAPL", "Information Technology", date(2010, 1, 4))]
    sectors = dated_sectors((), lambda day: sectors_on(rows, day), Told())
    at = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert sectors(["AAPL", "NEW"], at) == {"AAPL": "Information Technology", "NEW": "Energy"}


def test_by_its_keys_a_desk_is_told_alpacas_headlines_over_the_wire(tmp_path):
    tape = FakeTape()
    tape.articles = [article(5, "Rates <b>fall</b>"), article(-5, "tomorrow's")]
    with alpaca_server(tape.routes) as server:
        keys = {"APCA_API_KEY_ID": KEY_ID, "APCA_API_SECRET_KEY": server.account.secret}
        found = settings(**keys, APCA_API_BASE_URL=server.url)
        secrets = secrets_from(
            read_variables(tmp_path / ".env", {**keys, "APCA_API_BASE_URL": server.url})
        )
        feed = news_feed(found, StoreKind.REAL, AlpacaConnections(secrets))
        heard = hear_news(feed, ["SPY", "TLT"], AS_OF)
    assert (heard.source, heard.silence) == ("alpaca", "")
    assert [one.headline for one in heard.of("SPY")] == ["Rates fall"]
