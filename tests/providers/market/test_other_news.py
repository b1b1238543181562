"""Headlines of Yahoo, as yfinance 1.7.0 gives them, and out of a file: the contract, and every failure."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from yfinance.exceptions import YFRateLimitError

from core.clock import FixedClock, iso
from core.errors import BadBars, MarketUnavailable
from providers.market.file_news import FileNews
from providers.market.later_news import LaterNews
from providers.market.yahoo_news import YahooNews
from tests.contract.news_feed import AS_OF, Article, NewsFeedContract

MINUTE = timedelta(minutes=1)


def row(one: Article) -> dict:
    """An article of ``Ticker.get_news``, without what nobody here reads."""
    return {
        "id": "6f0a",
        "content": {
            "contentType": "STORY",
            "title": one.title,
            "summary": "",
            "pubDate": iso(one.published),
            "displayTime": iso(one.changed or one.published),
            "provider": {"displayName": "Reuters", "url": "https://www.reuters.com"},
            "canonicalUrl": {"url": one.url, "site": "finance", "region": "US"},
        },
    }


def yahoo(articles, now=AS_OF, **more) -> YahooNews:
    def stream(ticker: str, count: int) -> object:
        return [row(one) for one in articles if ticker in one.symbols]

    return YahooNews(FixedClock(now), stream, **more)


def raising(error: Exception) -> YahooNews:
    def stream(ticker: str, count: int) -> object:
        raise error

    return YahooNews(FixedClock(AS_OF), stream)


class TestYahoo(NewsFeedContract):
    @pytest.fixture
    def feed_of(self):
        return yahoo

    @pytest.fixture
    def silent(self):
        return raising(YFRateLimitError())


def test_what_yahoo_changed_afterwards_is_left_out():
    told = Article("rewritten", AS_OF - MINUTE, changed=AS_OF + MINUTE)
    assert yahoo([told]).headlines(["SPY"], AS_OF, 9) == ()


def test_of_an_instant_that_is_over_yahoo_knows_nothing():
    feed = yahoo([Article("a", AS_OF - MINUTE)], now=AS_OF + 21 * MINUTE)
    with pytest.raises(MarketUnavailable, match="the newest headlines alone"):
        feed.headlines(["SPY"], AS_OF, 9)


def test_an_answer_without_any_article_is_a_broken_one():
    with pytest.raises(MarketUnavailable, match="no article"):
        yahoo([]).headlines(["SPY"], AS_OF, 9)
    with pytest.raises(MarketUnavailable, match="no article"):
        YahooNews(FixedClock(AS_OF), lambda *_: {"error": 1}).headlines(["SPY"], AS_OF, 9)


def test_a_broken_article_is_left_out():
    good = row(Article("good", AS_OF))
    told = [good, {"id": 1}, "words", {"content": {"title": "no time", "provider": 3}}]
    feed = YahooNews(FixedClock(AS_OF), lambda *_: told)
    assert [one.headline for one in feed.headlines(["SPY"], AS_OF, 9)] == ["good"]


def test_yahoo_is_not_waited_for_without_end():
    forever = threading.Event()
    feed = YahooNews(FixedClock(AS_OF), lambda *_: forever.wait(30), deadline_s=0.05)
    with pytest.raises(MarketUnavailable, match=r"within 0\.0"):
        feed.headlines(["SPY"], AS_OF, 9)
    forever.set()


def test_classes_of_shares_are_asked_as_yahoo_writes_them():
    asked = []
    feed = YahooNews(FixedClock(AS_OF), lambda ticker, _: asked.append(ticker) or [row_of()])
    (found,) = feed.headlines(["BRK.B"], AS_OF, 9)
    assert (asked, found.symbols) == (["BRK-B"], ("BRK.B",))


def row_of() -> dict:
    return row(Article("a", AS_OF))


class TestFiles(NewsFeedContract):
    @pytest.fixture
    def feed_of(self, tmp_path):
        return lambda articles: filed(tmp_path, *map(line, articles))

    @pytest.fixture
    def silent(self, tmp_path):
        return FileNews(tmp_path / "nowhere")


def line(one: Article) -> str:
    told = {"headline": one.title, "published": iso(one.published), "url": one.url}
    return json.dumps({**told, "symbols": list(one.symbols)})


def filed(folder, *lines: str) -> FileNews:
    (folder / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return FileNews(folder)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("no json", "line 2 is no JSON"),
        ("[]", "line 2 is no object"),
        ('{"headline": "", "published": "2026-11-20T14:00:00Z", "symbols": ["A"]}', "no headline"),
        ('{"headline": "a", "published": "2026-11-20T14:00:00", "symbols": ["A"]}', "no instant"),
        ('{"headline": "a", "published": "2026-11-20T14:00:00Z", "symbols": []}', "no symbols"),
        ('{"headline": "a", "published": "2026-11-20T14:00:00Z", "symbols": "A"}', "no symbols"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, wrong, why):
    feed = filed(tmp_path, line(Article("good", AS_OF)), wrong)
    with pytest.raises(BadBars, match=why):
        feed.headlines(["SPY"], AS_OF, 9)


def test_a_feed_is_made_once_with_its_first_question():
    made = []

    def make() -> YahooNews:
        made.append(1)
        return yahoo([Article("a", AS_OF)])

    feed = LaterNews("yfinance", make)
    assert (feed.source, made) == ("yfinance", [])
    feed.headlines(["SPY"], AS_OF, 9)
    feed.headlines(["SPY"], AS_OF, 9)
    assert made == [1]
