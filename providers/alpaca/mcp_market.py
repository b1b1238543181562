"""Alpaca's market data over the tools of its MCP server: whole answers or a named failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import BrokerUnavailable, MarketUnavailable, UnknownSymbol
from providers.alpaca import mcp_tools as tools
from providers.alpaca.answers import Answer, failed
from providers.alpaca.api import Json
from providers.alpaca.mcp_session import McpSession
from providers.alpaca.refusals import one_line
from providers.alpaca.token_bucket import TokenBucket

BARS_A_PAGE = 10_000
NEWS_A_PAGE = 50
MOST_PAGES = 200
PATIENCE_S = 40.0


class AlpacaMarketMcp:
    """The `MarketApi` over an `McpSession`, failures told as over REST.

    The bars tool takes no page token: where an answer was cut off, it is asked again for what
    comes after the last bar, symbol by symbol.
    """

    def __init__(self, session: McpSession, limiter: TokenBucket | None = None) -> None:
        self._session = session
        self._limiter = limiter or TokenBucket()

    def bars(self, symbols: Sequence[str], query: Json) -> Mapping[str, Sequence[Json]]:
        page, whole = self._page(",".join(symbols), query)
        if whole:
            return {symbol: page.get(symbol, []) for symbol in {*symbols, *page}}
        return {symbol: self._bars_of(symbol, query) for symbol in symbols}

    def latest_quotes(self, symbols: Sequence[str], feed: str) -> Mapping[str, Json]:
        asked = {"symbols": ",".join(symbols), "feed": feed}
        return _by_symbol("quotes", self._object("quotes", tools.QUOTES, asked).get("quotes"))

    def snapshots(self, symbols: Sequence[str], feed: str) -> Mapping[str, Json]:
        asked = {"symbols": ",".join(symbols), "feed": feed}
        return _by_symbol("snapshots", self._object("snapshots", tools.SNAPSHOTS, asked))

    def news(self, symbols: Sequence[str], query: Json) -> Sequence[Json]:
        """Newest first; as many as ``limit`` in ``query`` says, over as many pages as that takes."""
        wanted = int(query.get("limit", NEWS_A_PAGE))
        size = min(wanted, NEWS_A_PAGE)
        asked = {"sort": "desc", **query, "limit": size, "symbols": ",".join(symbols)}
        found: list[Json] = []
        token: object = None
        for _ in range(MOST_PAGES):
            page = self._object("news", tools.NEWS, {**asked, "page_token": token})
            found += _rows("news", page.get("news") or [])
            before, token = token, page.get("next_page_token")
            if not token or len(found) >= wanted:
                return found[:wanted]
            if token == before:
                break
        raise _unavailable("news", "goes on and on with the same pages")

    def _bars_of(self, symbol: str, query: Json) -> list[Json]:
        found: list[Json] = []
        seen: set[object] = set()
        asked = dict(query)
        for _ in range(MOST_PAGES):
            page, whole = self._page(symbol, asked)
            fresh = [row for row in page.get(symbol, ()) if row.get("t") not in seen]
            found += fresh
            if whole:
                return found
            if not fresh:
                break
            seen |= {row.get("t") for row in fresh}
            asked["start"] = fresh[-1].get("t")
        raise _unavailable("bars", "goes on and on with the same bars")

    def _page(self, symbols: str, query: Json) -> tuple[dict[str, Sequence[Json]], bool]:
        """Bars by symbol, and whether they are all."""
        asked = {"limit": BARS_A_PAGE, **query, "symbols": symbols, "sort": "asc"}
        told = self._object("bars", tools.BARS, asked)
        by_symbol = told.get("bars") or {}
        if not isinstance(by_symbol, Mapping):
            raise _unavailable("bars", "answered without bars by symbol")
        found = {symbol: _rows("bars", rows) for symbol, rows in by_symbol.items()}
        return found, not told.get("next_page_token")

    def _object(self, what: str, tool: str, asked: Json) -> Json:
        try:
            self._limiter.take(PATIENCE_S)
        except BrokerUnavailable as error:
            raise MarketUnavailable(f"{what}: {error}") from error
        given = {key: value for key, value in asked.items() if value is not None}
        answer = self._session.call(tool, given, again=True)
        if isinstance(answer, Answer):
            if answer.status == 200 and isinstance(answer.json, Mapping):
                return answer.json
            told = one_line(answer.text)
            if answer.status == 400 and "invalid symbol" in told.lower():
                raise UnknownSymbol(f"Alpaca does not know a symbol asked for ({told}): correct it")
        raise _unavailable(what, failed(answer))


def _rows(what: str, told: object) -> Sequence[Json]:
    if not isinstance(told, list) or not all(isinstance(row, Mapping) for row in told):
        raise _unavailable(what, "answered with a list of something else")
    return told


def _by_symbol(what: str, told: object) -> Mapping[str, Json]:
    if not isinstance(told, Mapping):
        raise _unavailable(what, "answered 200 with something else than was asked for")
    return {symbol: row for symbol, row in told.items() if isinstance(row, Mapping)}


def _unavailable(what: str, reason: str) -> MarketUnavailable:
    return MarketUnavailable(f"{what}: Alpaca over MCP {reason}; nothing is known, ask again")
