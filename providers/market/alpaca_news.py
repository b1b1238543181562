"""Headlines of Alpaca's news: text of the web as plain words, never newer than the run."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from core.clock import as_utc, iso
from core.errors import BadBars
from core.market import Headline
from providers.alpaca.api import Json, MarketApi
from providers.market.alpaca_bars import instant_of

HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>?")
LONGEST = 1_000
ASKED_MORE = 2
"""Articles are asked for beyond the limit, since some turn out unusable."""


class AlpacaNews:
    """The NewsFeed port over ``/v1beta1/news``; MarketUnavailable when Alpaca gives no answer.

    What was created after ``as_of`` is dropped whatever the server sends, and so is what was changed
    after it: nobody knows how it read before. An article without a time or a headline is left out.
    """

    def __init__(self, api: MarketApi) -> None:
        self._api = api

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        if limit < 1 or not symbols:
            return ()
        moment = as_utc(as_of)
        query = {"end": iso(moment), "sort": "desc", "limit": ASKED_MORE * limit}
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
        if max(published, changed) <= moment:
            named = article.get("symbols")
            yield Headline(
                headline=headline,
                source=plain_text(article.get("source")) or "alpaca",
                url=_web_address(article.get("url")),
                symbols=tuple(str(one) for one in named) if isinstance(named, list) else (),
                published=published,
                summary=plain_text(article.get("summary")),
            )


def plain_text(told: object) -> str:
    """Words without markup or control characters on one line; "" for anything but text."""
    if not isinstance(told, str):
        return ""
    bare = TAG.sub(" ", HIDDEN.sub(" ", told))
    # A second pass: markup that was escaped once would be markup again.
    words = TAG.sub(" ", HIDDEN.sub(" ", html.unescape(bare)))
    shown = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(shown.split())[:LONGEST]


def _web_address(told: object) -> str:
    web = isinstance(told, str) and re.fullmatch(r"https?://[^\s<>\"']{1,500}", told)
    return str(told) if web else ""


def _time(article: Json, key: str) -> datetime | None:
    try:
        return instant_of({"t": article.get(key)}, "news")
    except BadBars:
        return None
