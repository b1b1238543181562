"""Headlines out of a file, one JSON object a line: what a test, a simulation or a person brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from core.clock import as_utc
from core.errors import BadBars, MarketUnavailable
from core.market import NEWS_WINDOW, Headline
from providers.market.news_text import plain_text, utc_time, web_address

FILE_NAME = "news.jsonl"


class FileNews:
    """The NewsFeed port over ``news.jsonl``: published, headline, symbols; source, url, summary if known.

    ``published`` is ISO 8601 with its zone. A line that cannot be read is BadBars with its number:
    a headline left out in silence could be the one that mattered.
    """

    source = "files"

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._read: tuple[Headline, ...] | None = None
        self._lock = Lock()

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        moment, wanted = as_utc(as_of), set(symbols)
        known = (
            one
            for one in self._all()
            if moment - NEWS_WINDOW < one.published <= moment and wanted & set(one.symbols)
        )
        newest = sorted(known, key=lambda one: (one.published, one.url), reverse=True)
        return tuple(newest[: max(limit, 0)])

    def _all(self) -> tuple[Headline, ...]:
        with self._lock:
            if self._read is None:
                self._read = tuple(dict.fromkeys(self._lines()))
            return self._read

    def _lines(self) -> Iterator[Headline]:
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError as error:
            raise MarketUnavailable(
                f"{self._path.name} cannot be read ({error.strerror}): put it into MARKET_DATA_DIR"
            ) from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _headline(line, f"{self._path.name} line {number}")


def _headline(line: bytes, place: str) -> Headline:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadBars(f"{place} is no JSON: write one object a line") from error
    if not isinstance(told, Mapping):
        raise BadBars(f"{place} is no object: write published, headline and symbols")
    words, published = plain_text(told.get("headline")), utc_time(told.get("published"))
    if not words:
        raise BadBars(f"{place} has no headline: write one, or take the line out")
    if published is None:
        raise BadBars(f"{place}: published is no instant, write 2026-11-20T14:30:00Z")
    return Headline(
        headline=words,
        source=plain_text(told.get("source")) or "file",
        url=web_address(told.get("url")),
        symbols=_symbols(told, place),
        published=published,
        summary=plain_text(told.get("summary")),
    )


def _symbols(told: Mapping[str, Any], place: str) -> tuple[str, ...]:
    named = told.get("symbols")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named) or not named:
        raise BadBars(f'{place} names no symbols: write ["AAPL"]')
    return tuple(named)
