"""Headlines of Alpaca's news: text of the web as plain words, never newer than the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.clock import as_utc, iso
from core.errors import BadBars
from core.market import NEWS_WINDOW, Headline
from providers.alpaca.api import Json, MarketApi
from providers.market.alpaca_bars import instant_of
from providers.market.news_text import plain_text, web_address

ASKED_MORE = 2
"""Articles are asked for beyond the limit, since some turn out unusable."""


class AlpacaNews:
    """The NewsFeed port over ``/v1beta1/news``; MarketUnavailable when Alpaca gives no answer.

    What was created after ``as_of`` is dropped whatever the server sends, and so is what was changed
    after it: nobody knows how it read before. An article without a time or a headline is left out.
    Without a ``start`` Alpaca would give today's alone.
    """

    source = "alpaca"

    def __init__(self, api: MarketApi) -> None:
        self._api = api

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        if limit < 1 or not symbols:
            return ()
        moment = as_utc(as_of)
        since = iso(moment - NEWS_WINDOW)
        query = {"start": since, "end": iso(moment), "sort": "desc", "limit": ASKED_MORE * limit}
        told = self._api.news(symbols, {**query, "include_content": "false"})
        found = sorted(
            _usable(told, moment), key=lambda each: (each.published, each.url), reverse=True
        )
        return tuple(dict.fromkeys(found))[:limit]


def _usable(articles: Sequence[Json], moment: datetime) -> Iterator[Headline]:
    for article in articles:
        published = _time(article, "created_at")
        changed = _time(article, "updated_at") or published
        headline = plain_text(article.get("headline"))
        if published is None or changed is None or not headline:
            continue
        if moment - NEWS_WINDOW < published and max(published, changed) <= moment:
            named = article.get("symbols")
            yield Headline(
                headline=headline,
                source=plain_text(article.get("source")) or "alpaca",
                url=web_address(article.get("url")),
                symbols=tuple(str(one) for one in named) if isinstance(named, list) else (),
                published=published,
                summary=plain_text(article.get("summary")),
            )


def _time(article: Json, key: str) -> datetime | None:
    try:
        return instant_of({"t": article.get(key)}, "news")
    except BadBars:
        return None
