"""Alpaca's trading API over REST: questions repeated with patience, an order sent once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from core.errors import OrderRefused
from providers.alpaca.answers import (
    Answer,
    NoAnswer,
    ask,
    failed,
    holds_error,
    is_missing,
    is_order,
    is_refusal,
    said,
)
from providers.alpaca.api import Json
from providers.alpaca.order_answer import Asked, id_to_send, taken
from providers.alpaca.pages import activity_pages, order_pages
from providers.alpaca.patience import RestPolicy
from providers.alpaca.refusals import classify
from providers.alpaca.session import PAPER_URL, PaperClient, PaperKey
from providers.alpaca.token_bucket import TokenBucket


class AlpacaRest:
    """The `TradingApi` of one paper account over alpaca-py.

    ``limiter`` is shared by all who use the key. An order whose connection never came about is
    BrokerUnavailable (nothing was sent). No error holds the request, so none holds the key.
    """

    def __init__(
        self,
        key: PaperKey,
        base_url: str = PAPER_URL,
        policy: RestPolicy | None = None,
        limiter: TokenBucket | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy = policy or RestPolicy()
        self._key = key
        self._client = PaperClient(key, base_url, self._policy)
        self._limiter = limiter or TokenBucket()
        self._sleep = sleep
        self._asked = Asked(f"Alpaca ({urlsplit(base_url).hostname})")

    def account(self) -> Json:
        return self._object("the account", "/account")

    def clock(self) -> Json:
        return self._object("the clock", "/clock")

    def calendar(self, start: str, end: str) -> Sequence[Json]:
        return self._list("the calendar", "/calendar", {"start": start, "end": end})

    def asset(self, symbol: str) -> Json | None:
        return self._named(f"asset {symbol}", f"/assets/{quote(symbol, safe='')}")

    def assets(self) -> Sequence[Json]:
        wanted = {"status": "active", "asset_class": "us_equity"}
        return self._list("the assets", "/assets", wanted)

    def positions(self) -> Sequence[Json]:
        return self._list("the positions", "/positions")

    def submit_order(self, order: Json) -> Json:
        """Sent once. An id that is taken already is looked up: the order it names is the answer."""
        client_id = id_to_send(order)
        self._limiter.take(self._policy.deadline_s)
        answer = self._called(
            lambda: self._client.post("/orders", dict(order)), self._policy.deadline_s
        )
        return taken(self._asked, client_id, answer, self.order_by_client_id)

    def order_by_client_id(self, client_order_id: str) -> Json | None:
        wanted = {"client_order_id": client_order_id}
        what = f"order {client_order_id}"
        found = self._named(what, "/orders:by_client_order_id", wanted)
        if found is not None and not is_order(found, client_order_id):
            raise self._asked.unavailable(what, "answered with another order")
        return found

    def orders(self, status: str, after: str | None = None) -> Sequence[Json]:
        page = partial(self._list, "the orders", "/orders")
        return list(order_pages(page, status, after))

    def cancel_order(self, order_id: str) -> None:
        path = f"/orders/{quote(order_id, safe='')}"
        self._limiter.take(self._policy.deadline_s)
        answer = self._called(lambda: self._client.delete(path), self._policy.deadline_s)
        if isinstance(answer, NoAnswer):
            raise self._asked.unavailable(f"cancelling order {order_id}", answer.reason)
        if is_refusal(answer) or is_missing(answer):
            kind, sentence = classify(answer.status, answer.text)
            raise OrderRefused(f"order {order_id} was not cancelled: {sentence}", kind)
        if answer.status != 200 or holds_error(answer):
            raise self._asked.unavailable(f"cancelling order {order_id}", failed(answer))

    def activities(self, kind: str, after: str | None = None) -> Sequence[Json]:
        path = f"/account/activities/{quote(kind, safe='')}"
        page = partial(self._list, f"the {kind} activities", path)
        return list(activity_pages(page, after))

    def _object(self, what: str, path: str) -> Json:
        found = self._named(what, path)
        if found is None:
            raise self._asked.unavailable(what, "answered 404")
        return found

    def _named(self, what: str, path: str, query: Json | None = None) -> Json | None:
        """An object; None only when Alpaca itself says 404, in its JSON."""
        found = self._get(what, path, query, dict)
        if found is None:
            return None
        named: Json = found
        return named

    def _list(self, what: str, path: str, query: Json | None = None) -> Sequence[Json]:
        found = self._get(what, path, query, list)
        if found is None:
            raise self._asked.unavailable(what, "answered 404")
        if not all(isinstance(row, dict) for row in found):
            raise self._asked.unavailable(what, "answered with a list of something else")
        rows: Sequence[Json] = found
        return rows

    def _get(self, what: str, path: str, query: Json | None, shape: type) -> Any:
        """JSON of the shape, None for a proven 404; BrokerUnavailable once patience is at its end."""
        params = {key: value for key, value in (query or {}).items() if value is not None}
        ends = time.monotonic() + self._policy.deadline_s
        for attempt in range(self._policy.retries + 1):
            self._limiter.take(max(ends - time.monotonic(), 0))
            answer = self._called(lambda: self._client.get(path, params), ends - time.monotonic())
            if isinstance(answer, Answer):
                if is_missing(answer):
                    return None
                if (
                    answer.status == 200
                    and isinstance(answer.json, shape)
                    and not holds_error(answer)
                ):
                    return answer.json
                if is_refusal(answer):
                    raise self._asked.unavailable(what, f"refused: {said(answer)}")
            pause = self._policy.pause_s(answer, attempt)
            if attempt == self._policy.retries or time.monotonic() + pause >= ends:
                break
            self._sleep(pause)
        raise self._asked.unavailable(what, failed(answer))

    def _called(self, call: Callable[[], Any], within_s: float) -> Answer | NoAnswer:
        """The answer; a body that repeats the key to us (a proxy's error page) is cleaned of it."""
        answer = ask(call, within_s)
        if isinstance(answer, NoAnswer):
            return answer
        return replace(answer, text=self._key.hidden_in(answer.text))
