"""Alpaca's market data over REST: every page, with time-outs, patience, and no key in any error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from alpaca.common.rest import RESTClient

from core.errors import (
    BrokerUnavailable,
    ConfigError,
    MarketUnavailable,
    UnknownSymbol,
)
from providers.alpaca.answers import Answer, NoAnswer, ask
from providers.alpaca.api import Json
from providers.alpaca.patience import RestPolicy, made_steady
from providers.alpaca.refusals import one_line
from providers.alpaca.session import LOOPBACK, PaperKey
from providers.alpaca.token_bucket import TokenBucket

DATA_URL = "https://data.alpaca.markets"
DATA_HOST = "data.alpaca.markets"
REPEATED = frozenset({408, 429, 500, 502, 503, 504})
BARS_A_PAGE = 10_000
NEWS_A_PAGE = 50
MOST_PAGES = 200


class AlpacaMarketRest:
    """The `MarketApi` over alpaca-py's client; ``limiter`` is shared by all who use the key.

    MarketUnavailable names what was asked for and what came instead; UnknownSymbol is Alpaca's
    ``invalid symbol``. ConfigError for another host than Alpaca's data API or this machine.
    """

    def __init__(
        self,
        key: PaperKey,
        base_url: str = DATA_URL,
        policy: RestPolicy | None = None,
        limiter: TokenBucket | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy = policy or RestPolicy()
        self._key = key
        self._client = _DataClient(key, base_url, self._policy)
        self._limiter = limiter or TokenBucket()
        self._sleep = sleep
        self._host = urlsplit(base_url).hostname

    def bars(self, symbols: Sequence[str], query: Json) -> Mapping[str, Sequence[Json]]:
        asked = {"limit": BARS_A_PAGE, **query, "symbols": ",".join(symbols)}
        found: dict[str, list[Json]] = {symbol: [] for symbol in symbols}
        for page in self._pages("bars", "v2", "/stocks/bars", asked):
            told = page.get("bars") or {}
            if not isinstance(told, Mapping):
                raise self._unavailable("bars", "answered without bars by symbol")
            for symbol, rows in told.items():
                found.setdefault(symbol, []).extend(self._rows("bars", rows))
        return found

    def latest_quotes(self, symbols: Sequence[str], feed: str) -> Mapping[str, Json]:
        asked = {"symbols": ",".join(symbols), "feed": feed}
        told = self._object("quotes", "v2", "/stocks/quotes/latest", asked).get("quotes")
        return self._by_symbol("quotes", told)

    def snapshots(self, symbols: Sequence[str], feed: str) -> Mapping[str, Json]:
        asked = {"symbols": ",".join(symbols), "feed": feed}
        return self._by_symbol(
            "snapshots", self._object("snapshots", "v2", "/stocks/snapshots", asked)
        )

    def news(self, symbols: Sequence[str], query: Json) -> Sequence[Json]:
        """Newest first; as many as ``limit`` in ``query`` says, over as many pages as that takes."""
        wanted = int(query.get("limit", NEWS_A_PAGE))
        size = min(wanted, NEWS_A_PAGE)
        asked = {"sort": "desc", **query, "limit": size, "symbols": ",".join(symbols)}
        found: list[Json] = []
        for page in self._pages("news", "v1beta1", "/news", asked):
            found += self._rows("news", page.get("news") or [])
            if len(found) >= wanted:
                break
        return found[:wanted]

    def _pages(self, what: str, version: str, path: str, query: Json) -> Iterator[Json]:
        token: object = None
        for _ in range(MOST_PAGES):
            page = self._object(what, version, path, {**query, "page_token": token})
            yield page
            before, token = token, page.get("next_page_token")
            if not token:
                return
            if token == before:
                break
        raise self._unavailable(what, "goes on and on with the same pages")

    def _rows(self, what: str, told: object) -> Sequence[Json]:
        if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
            raise self._unavailable(what, "answered with a list of something else")
        return told

    def _by_symbol(self, what: str, told: object) -> Mapping[str, Json]:
        if not isinstance(told, Mapping):
            raise self._unavailable(what, "answered 200 with something else than was asked for")
        return {symbol: row for symbol, row in told.items() if isinstance(row, Mapping)}

    def _object(self, what: str, version: str, path: str, query: Json) -> Json:
        """The JSON object asked for; MarketUnavailable once patience is at its end."""
        params = {key: value for key, value in query.items() if value is not None}
        ends = time.monotonic() + self._policy.deadline_s
        for attempt in range(self._policy.retries + 1):
            self._take(what, ends)
            answer = ask(
                lambda: self._client.get(path, params, api_version=version),
                ends - time.monotonic(),
            )
            if isinstance(answer, Answer):
                if answer.status == 200 and isinstance(answer.json, dict):
                    found: Json = answer.json
                    return found
                if answer.status not in REPEATED:
                    break
            pause = self._policy.pause_s(answer, attempt)
            if attempt == self._policy.retries or time.monotonic() + pause >= ends:
                break
            self._sleep(pause)
        raise self._failure(what, answer)

    def _take(self, what: str, ends: float) -> None:
        try:
            self._limiter.take(max(ends - time.monotonic(), 0))
        except BrokerUnavailable as error:
            raise MarketUnavailable(f"{what}: {error}") from error

    def _failure(self, what: str, answer: Answer | NoAnswer) -> MarketUnavailable | UnknownSymbol:
        if isinstance(answer, NoAnswer):
            return self._unavailable(what, answer.reason)
        if answer.status == 200:
            return self._unavailable(what, "answered 200 with something else than was asked for")
        said = one_line(self._key.hidden_in(answer.text))
        if answer.status == 400 and "invalid symbol" in said.lower():
            return UnknownSymbol(f"Alpaca does not know a symbol asked for ({said}): correct it")
        return self._unavailable(what, f"answered {answer.status} ({said or 'without a reason'})")

    def _unavailable(self, what: str, reason: str) -> MarketUnavailable:
        return MarketUnavailable(
            f"{what}: Alpaca ({self._host}) {reason}; nothing is known, ask again"
        )


class _DataClient(RESTClient):
    """alpaca-py's client for GETs: raw JSON, none of its retries, no proxy of the environment."""

    def __init__(self, key: PaperKey, base_url: str, policy: RestPolicy) -> None:
        address = urlsplit(base_url)
        vendor = (address.scheme, address.hostname) == ("https", DATA_HOST)
        if not vendor and address.hostname not in LOOPBACK:
            raise ConfigError(
                f"Alpaca's market data at {address.hostname} is not allowed: use {DATA_URL}"
            )
        super().__init__(
            base_url=base_url.rstrip("/"), api_key=key.key_id, secret_key=key.secret, raw_data=True
        )
        made_steady(self, policy)
