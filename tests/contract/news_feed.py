"""What every NewsFeed must do: subclass it and give a `feed` over the `articles` a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from core.errors import MarketError
from core.market import NEWS_WINDOW
from core.ports import NewsFeed

AS_OF = datetime(2026, 11, 20, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Article:
    """One piece of news as a provider has it; ``changed`` None: never since."""

    title: object
    published: datetime
    symbols: tuple[str, ...] = ("SPY",)
    changed: datetime | None = None
    url: object = "https://news.example/1"


FeedOf: TypeAlias = Callable[[Sequence[Article]], NewsFeed]


class NewsFeedContract:
    """Subclasses give the fixtures ``feed_of``, a `FeedOf`, and ``silent``: a feed nobody answers."""

    def test_it_says_where_headlines_come_from(self, feed_of):
        assert feed_of([]).source

    def test_newest_come_first_and_no_more_than_were_asked_for(self, feed_of):
        feed = feed_of([Article(f"number {n}", AS_OF - n * SECOND) for n in (3, 1, 2, 0)])
        found = feed.headlines(["SPY"], AS_OF, 3)
        assert [one.headline for one in found] == ["number 0", "number 1", "number 2"]
        assert [one.published for one in found] == [AS_OF - n * SECOND for n in range(3)]

    def test_nothing_of_the_future_is_returned(self, feed_of):
        feed = feed_of([Article("later", AS_OF + SECOND), Article("now", AS_OF)])
        assert [one.headline for one in feed.headlines(["SPY"], AS_OF, 9)] == ["now"]

    def test_nothing_older_than_the_window_is_returned(self, feed_of):
        feed = feed_of(
            [
                Article("old", AS_OF - NEWS_WINDOW - SECOND),
                Article("new", AS_OF - NEWS_WINDOW + SECOND),
            ]
        )
        assert [one.headline for one in feed.headlines(["SPY"], AS_OF, 9)] == ["new"]

    def test_each_names_the_symbols_it_is_about_and_comes_once(self, feed_of):
        feed = feed_of([Article("both", AS_OF - SECOND, ("SPY", "TLT"))])
        (found,) = feed.headlines(["SPY", "TLT"], AS_OF, 9)
        assert {"SPY", "TLT"} <= set(found.symbols)

    def test_a_headline_is_plain_words_on_one_line(self, feed_of):
        feed = feed_of([Article("<b>Fed\u202e</b>\n&lt;script&gt;x&lt;/script&gt; holds", AS_OF)])
        assert [one.headline for one in feed.headlines(["SPY"], AS_OF, 9)] == ["Fed holds"]

    def test_an_address_that_is_none_of_the_web_is_dropped(self, feed_of):
        feed = feed_of([Article("a", AS_OF, url="javascript:alert(1)")])
        assert [one.url for one in feed.headlines(["SPY"], AS_OF, 9)] == [""]

    def test_no_symbols_or_no_room_is_no_headline(self, feed_of):
        feed = feed_of([Article("a", AS_OF)])
        assert list(feed.headlines([], AS_OF, 9)) == []
        assert list(feed.headlines(["SPY"], AS_OF, 0)) == []

    def test_a_provider_without_an_answer_is_a_failure_and_no_empty_answer(self, silent):
        with pytest.raises(MarketError):
            silent.headlines(["SPY"], AS_OF, 9)
