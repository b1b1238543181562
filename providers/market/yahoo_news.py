"""Headlines of Yahoo Finance through yfinance: the newest alone, so of the present alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from core.clock import Clock, as_utc, iso
from core.errors import MarketUnavailable
from core.market import NEWS_WINDOW, Headline
from providers.market.news_text import plain_text, utc_time, web_address
from providers.market.yahoo import in_time, quietly, ticker_of

Stream: TypeAlias = Callable[[str, int], object]
"""A ticker and how many → its newest articles, as ``yfinance.Ticker.get_news`` gives them."""
LIVE = timedelta(minutes=20)
"""As of longer ago than this, what Yahoo shows now is not what it showed then."""
EACH = 10
DEADLINE_S = 60.0


class YahooNews:
    """The NewsFeed port over each symbol's stream; ``clock`` is the wall's, never a simulated one.

    MarketUnavailable for an instant that is over, when Yahoo refuses or is silent, and when no
    symbol has any article at all: that is what a broken answer looks like.
    """

    source = "yfinance"

    def __init__(
        self, clock: Clock, stream: Stream | None = None, deadline_s: float = DEADLINE_S
    ) -> None:
        self._clock = clock
        self._stream = stream or yahoo_stream
        self._deadline_s = deadline_s

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        if limit < 1 or not symbols:
            return ()
        moment = as_utc(as_of)
        if self._clock.now() - moment > LIVE:
            raise MarketUnavailable(
                f"yfinance has the newest headlines alone, not those of {iso(moment)}: use alpaca "
                "or files where the past is asked"
            )
        found: dict[tuple[str, str], Headline] = {}
        for symbol, article in self._articles(symbols):
            told = _headline(article, symbol, moment)
            if told is not None:
                known = found.get((told.headline, told.url), replace(told, symbols=()))
                found[told.headline, told.url] = replace(known, symbols=(*known.symbols, symbol))
        newest = sorted(found.values(), key=lambda one: (one.published, one.url), reverse=True)
        return tuple(newest[:limit])

    def _articles(self, symbols: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every symbol's articles, all of them within the deadline."""
        ends, any_told = time.monotonic() + self._deadline_s, False
        for symbol in dict.fromkeys(symbols):
            ask = partial(self._stream, ticker_of(symbol), EACH)
            told = in_time(ask, max(ends - time.monotonic(), 0.0))
            rows = told if isinstance(told, list) else []
            any_told = any_told or bool(rows)
            yield from ((symbol, row) for row in rows if isinstance(row, Mapping))
        if not any_told:
            raise MarketUnavailable("yfinance had no article of any symbol: ask again later")


def yahoo_stream(ticker: str, count: int) -> object:
    return quietly(lambda yfinance: yfinance.Ticker(ticker).get_news(count=count))


def _headline(row: Mapping[str, Any], symbol: str, moment: datetime) -> Headline | None:
    """None without words or a time, and for what came or was changed after ``moment``."""
    content = row.get("content")
    if not isinstance(content, Mapping):
        return None
    published, shown = utc_time(content.get("pubDate")), utc_time(content.get("displayTime"))
    words = plain_text(content.get("title"))
    if published is None or not words:
        return None
    if published <= moment - NEWS_WINDOW or max(published, shown or published) > moment:
        return None
    return Headline(
        headline=words,
        source=plain_text(_part(content, "provider").get("displayName")) or "yahoo",
        url=web_address(_part(content, "canonicalUrl").get("url")),
        symbols=(symbol,),
        published=published,
        summary=plain_text(content.get("summary")),
    )


def _part(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = content.get(key)
    return part if isinstance(part, Mapping) else {}
