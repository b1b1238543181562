"""Alpaca's news over a socket: nothing newer than the run, newest first, words without markup."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import iso
from core.errors import MarketUnavailable
from core.market import NEWS_WINDOW
from providers.alpaca.market_rest import AlpacaMarketRest
from providers.alpaca.session import PaperKey
from providers.market.alpaca_news import AlpacaNews
from providers.market.news_text import plain_text
from tests.contract.news_feed import AS_OF, NewsFeedContract
from tests.providers.market.test_alpaca import FAST
from tests.servers.alpaca_faults import Fault
from tests.servers.alpaca_market import FakeTape
from tests.servers.alpaca_server import KEY_ID, alpaca_server


def article(minutes_ago: float, headline: object = "Rates", **more: object) -> dict:
    created = AS_OF - timedelta(minutes=minutes_ago)
    return {
        "headline": headline,
        "created_at": iso(created),
        "updated_at": iso(created),
        "source": "benzinga",
        "url": "https://news.example/1",
        "symbols": ["SPY"],
        "summary": "",
        **more,
    }


@pytest.fixture
def tape() -> FakeTape:
    return FakeTape()


@pytest.fixture
def server(tape):
    with alpaca_server(tape.routes) as server:
        yield server


@pytest.fixture
def news(server):
    return AlpacaNews(AlpacaMarketRest(PaperKey(KEY_ID, server.account.secret), server.url, FAST))


class TestContract(NewsFeedContract):
    @pytest.fixture
    def feed_of(self, news, tape):
        def over(articles):
            tape.articles = [_told(one) for one in articles]
            return news

        return over

    @pytest.fixture
    def silent(self, news, server):
        server.faults.plan(Fault("GET", "/v1beta1/news", None, status=403))
        return news


def _told(one) -> dict:
    told = {"created_at": iso(one.published), "updated_at": iso(one.changed or one.published)}
    return article(0, one.title, symbols=list(one.symbols), url=one.url, **told)


def test_headlines_come_newest_first_up_to_the_limit_over_pages(news, server, tape):
    tape.articles = [article(ago, f"number {ago}") for ago in range(120)]
    found = news.headlines(["SPY", "TLT"], AS_OF, 60)
    assert [one.headline for one in found] == [f"number {ago}" for ago in range(60)]
    assert server.seen[0].query["start"] == iso(AS_OF - NEWS_WINDOW)
    assert server.seen[0].query["end"] == iso(AS_OF)
    assert server.seen[0].query["symbols"] == "SPY,TLT"


def test_nothing_published_or_changed_after_as_of_is_returned(news, tape):
    changed = article(5, "rewritten", updated_at=iso(AS_OF + timedelta(seconds=1)))
    tape.articles = [article(-0.001, "later"), changed, article(0, "now"), article(9, "before")]
    found = news.headlines(["SPY"], AS_OF, 10)
    assert [one.headline for one in found] == ["now", "before"]


def test_articles_without_time_or_headline_are_left_out(news, tape):
    tape.articles = [article(1, None), article(2, "<b></b>"), article(3, created_at="yesterday")]
    assert news.headlines(["SPY"], AS_OF, 10) == ()


def test_an_address_that_is_none_of_the_web_is_dropped(news, tape):
    tape.articles = [article(1, url="javascript:alert(1)"), article(2, url=None, symbols=None)]
    assert {one.url for one in news.headlines(["SPY"], AS_OF, 10)} == {""}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("<p>Fed&nbsp;holds</p>\n rates", "Fed holds rates"),
        ("a<script>alert('x')</script>b <!-- hidden --> c", "a b c"),
        ("&lt;img src=x onerror=alert(1)&gt; up", "up"),
        ("S&amp;P 500 < 6,000 and > 5,000", "S&P 500 < 6,000 and > 5,000"),
        ("cut <a href='http://x", "cut"),
        ("zero\u200bwidth\x1b[31m", "zero width [31m"),
        (17, ""),
    ],
)
def test_text_is_words_without_markup(told, words):
    assert plain_text(told) == words


def test_a_failing_server_is_unavailable(news, server):
    server.faults.plan(Fault("GET", "/v1beta1/news", None, status=500))
    with pytest.raises(MarketUnavailable, match="news"):
        news.headlines(["SPY"], AS_OF, 10)


def test_no_symbols_ask_nothing(news, server):
    assert news.headlines([], AS_OF, 10) == ()
    assert server.seen == []
