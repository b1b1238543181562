"""Alpaca's trading API over the tools of its MCP server: questions asked again, an order sent once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from core.errors import OrderRefused
from providers.alpaca import mcp_tools as tools
from providers.alpaca.answers import (
    Answer,
    NoAnswer,
    failed,
    holds_error,
    is_missing,
    is_order,
    is_refusal,
    said,
)
from providers.alpaca.api import Json
from providers.alpaca.mcp_session import McpSession
from providers.alpaca.order_answer import Asked, id_to_send, taken
from providers.alpaca.pages import activity_pages, order_pages
from providers.alpaca.refusals import classify
from providers.alpaca.token_bucket import TokenBucket

ASKED = Asked("Alpaca over MCP")
PATIENCE_S = 40.0
"""The longest wait for a turn under the key's rate limit."""


class AlpacaMcp:
    """The `TradingApi` of one paper account over its `McpSession`, outcomes told as over REST.

    An order whose server could not be started is BrokerUnavailable (nothing was sent); one whose
    server ended, stayed silent or said something unreadable is OrderUnknown.
    """

    def __init__(self, session: McpSession, limiter: TokenBucket | None = None) -> None:
        self._session = session
        self._limiter = limiter or TokenBucket()

    def account(self) -> Json:
        return self._object("the account", tools.ACCOUNT)

    def clock(self) -> Json:
        return self._object("the clock", tools.CLOCK)

    def calendar(self, start: str, end: str) -> Sequence[Json]:
        return self._list("the calendar", tools.CALENDAR, {"start": start, "end": end})

    def asset(self, symbol: str) -> Json | None:
        return self._named(f"asset {symbol}", tools.ASSET, {"symbol_or_asset_id": symbol})

    def assets(self) -> Sequence[Json]:
        wanted = {"status": "active", "asset_class": "us_equity"}
        return self._list("the assets", tools.ASSETS, wanted)

    def positions(self) -> Sequence[Json]:
        return self._list("the positions", tools.POSITIONS)

    def submit_order(self, order: Json) -> Json:
        """Sent once. An id that is taken already is looked up: the order it names is the answer."""
        client_id = id_to_send(order)
        answer = self._call(tools.PLACE_ORDER, order, again=False)
        return taken(ASKED, client_id, answer, self.order_by_client_id)

    def order_by_client_id(self, client_order_id: str) -> Json | None:
        wanted = {"client_order_id": client_order_id}
        what = f"order {client_order_id}"
        found = self._named(what, tools.ORDER_BY_CLIENT_ID, wanted)
        if found is not None and not is_order(found, client_order_id):
            raise ASKED.unavailable(what, "answered with another order")
        return found

    def orders(self, status: str, after: str | None = None) -> Sequence[Json]:
        page = partial(self._list, "the orders", tools.ORDERS)
        return list(order_pages(page, status, after))

    def cancel_order(self, order_id: str) -> None:
        answer = self._call(tools.CANCEL_ORDER, {"order_id": order_id}, again=False)
        if isinstance(answer, Answer) and (is_refusal(answer) or is_missing(answer)):
            kind, sentence = classify(answer.status, answer.text)
            raise OrderRefused(f"order {order_id} was not cancelled: {sentence}", kind)
        if isinstance(answer, NoAnswer) or answer.status != 200 or holds_error(answer):
            raise ASKED.unavailable(f"cancelling order {order_id}", failed(answer))

    def activities(self, kind: str, after: str | None = None) -> Sequence[Json]:
        def page(query: Json) -> Sequence[Json]:
            wanted = {**query, "activity_type": kind}
            return self._list(f"the {kind} activities", tools.ACTIVITIES, wanted)

        return list(activity_pages(page, after))

    def _object(self, what: str, tool: str) -> Json:
        found = self._named(what, tool, {})
        if found is None:
            raise ASKED.unavailable(what, "answered 404")
        return found

    def _named(self, what: str, tool: str, wanted: Json) -> Json | None:
        """An object; None only when Alpaca itself says 404, in its JSON."""
        answer = self._call(tool, wanted, again=True)
        if isinstance(answer, Answer) and is_missing(answer):
            return None
        found: Json = _checked(what, answer, dict)
        return found

    def _list(self, what: str, tool: str, wanted: Json | None = None) -> Sequence[Json]:
        rows: Sequence[Json] = _checked(what, self._call(tool, wanted or {}, again=True), list)
        if not all(isinstance(row, Mapping) for row in rows):
            raise ASKED.unavailable(what, "answered with a list of something else")
        return rows

    def _call(self, tool: str, wanted: Json, *, again: bool) -> Answer | NoAnswer:
        self._limiter.take(PATIENCE_S)
        given = {key: value for key, value in wanted.items() if value is not None}
        return self._session.call(tool, given, again=again)


def _checked(what: str, answer: Answer | NoAnswer, shape: type) -> Any:
    """The answer's JSON where it has the shape; BrokerUnavailable for everything else."""
    if isinstance(answer, Answer):
        if answer.status == 200 and isinstance(answer.json, shape) and not holds_error(answer):
            return answer.json
        if is_refusal(answer):
            raise ASKED.unavailable(what, f"refused: {said(answer)}")
    raise ASKED.unavailable(what, failed(answer))
