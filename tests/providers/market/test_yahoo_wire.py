"""yfinance as it is installed, over a socket: the shapes the adapters read are those it makes."""

from __future__ import annotations

import pytest

from core.clock import FixedClock
from core.discovery.facts import SymbolFacts
from core.errors import MarketUnavailable
from providers.market.kept_companies import KeptCompanies
from providers.market.yahoo_companies import YahooCompanies
from providers.market.yahoo_news import YahooNews
from tests.contract.news_feed import AS_OF, Article
from tests.providers.market.test_other_news import row
from tests.servers.yahoo_server import yahoo_server

MODULES = {
    "assetProfile": {"sector": "Consumer Cyclical", "sectorKey": "consumer-cyclical", "maxAge": 1},
    "summaryDetail": {"marketCap": 2_400_000_000_000, "beta": 1.29, "currency": "USD"},
    "quoteType": {"quoteType": "EQUITY", "symbol": "AMZN"},
}
QUOTE = {"symbol": "AMZN", "quoteType": "EQUITY", "currency": "USD"}


@pytest.fixture
def yahoo():
    with yahoo_server() as served:
        yield served


def companies(folder) -> KeptCompanies:
    return KeptCompanies(YahooCompanies(), folder, FixedClock(AS_OF))


def test_a_company_as_yahoo_tells_it(yahoo, tmp_path):
    yahoo.modules["AMZN"], yahoo.quotes["AMZN"] = MODULES, QUOTE
    told = companies(tmp_path).companies(["AMZN"], AS_OF)
    assert told.silence == ""
    assert told.known == {
        "AMZN": SymbolFacts(sector="Consumer Discretionary", market_cap=2.4e12, beta=1.29)
    }


def test_an_empty_answer_is_no_company_and_asked_again(yahoo, tmp_path):
    kept = companies(tmp_path)
    told = kept.companies(["AMZN"], AS_OF)
    assert (told.known, "nothing of AMZN" in told.silence) == ({}, True)
    yahoo.modules["AMZN"], yahoo.quotes["AMZN"] = MODULES, QUOTE
    assert kept.companies(["AMZN"], AS_OF).known


@pytest.mark.parametrize("status", [429, 500])
def test_a_refusal_is_a_silence_with_its_reason(yahoo, tmp_path, status):
    yahoo.modules["AMZN"], yahoo.quotes["AMZN"], yahoo.status = MODULES, QUOTE, status
    told = companies(tmp_path).companies(["AMZN", "MSFT", "KO", "PEP", "XOM"], AS_OF)
    assert told.known == {}
    assert told.silence
    assert not list(tmp_path.iterdir())


def test_headlines_as_yahoo_streams_them(yahoo):
    yahoo.streams["SPY"] = [row(Article("Rates fall", AS_OF)), {"ad": [1], "id": "an advert"}]
    found = YahooNews(FixedClock(AS_OF)).headlines(["SPY"], AS_OF, 5)
    assert [(one.headline, one.source) for one in found] == [("Rates fall", "Reuters")]


def test_yahoo_refusing_news_is_a_failure(yahoo):
    yahoo.status = 429
    with pytest.raises(MarketUnavailable, match="rate limited"):
        YahooNews(FixedClock(AS_OF)).headlines(["SPY"], AS_OF, 5)
