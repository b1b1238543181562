"""The paths of Alpaca's trading API over the fake exchange: status and JSON for each request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from core.clock import in_new_york
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_bodies import (
    account_body,
    asset_body,
    fill_body,
    order_body,
    position_body,
    refusal,
    stamp,
)
from tests.servers.alpaca_checks import Refused
from tests.servers.alpaca_exchange import FakeAccount, FakeExchange


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; ``raw`` is its body's bytes."""

    method: str
    path: str
    query: dict[str, str]
    body: dict | None
    key_id: str
    secret: str
    raw: bytes


@dataclass
class Listing:
    """How lists are served: ``page`` is the most a page holds.

    Fills may come twice, in disorder (``fills_reversed``), or late: ``withheld`` are activity ids that
    are not listed yet, ``fills_hidden`` withholds all.
    """

    page: int = 100
    fills_twice: bool = False
    fills_reversed: bool = False
    fills_hidden: bool = False
    withheld: set[str] = field(default_factory=set)


Answer = tuple[int, object]


def answer(exchange: FakeExchange, listing: Listing, asked: Asked) -> Answer:
    account = exchange.accounts.get(asked.key_id)
    if account is None or account.secret != asked.secret:
        return 401, {"message": "unauthorized."}
    try:
        return _routed(exchange, listing, account, asked)
    except Refused as no:
        return no.status, no.body


def _routed(exchange: FakeExchange, listing: Listing, account: FakeAccount, asked: Asked) -> Answer:
    match asked.method, asked.path.removeprefix("/v2/").split("/"):
        case "GET", ["account" | "clock" | "calendar" as what]:
            return 200, _told(what, exchange, account, asked)
        case "GET", ["assets", *rest]:
            return _assets(exchange, rest)
        case "GET", ["positions"]:
            return 200, _positions(exchange, account)
        case "GET", ["account", "activities", kind]:
            return 200, _activities(account, listing, asked.query) if kind == "FILL" else []
        case _, [first, *rest] if first.startswith("orders"):
            return _orders(exchange, listing, account, asked)
    return 404, {"message": f"endpoint not found: {asked.path}"}


def _told(what: str, exchange: FakeExchange, account: FakeAccount, asked: Asked) -> object:
    if what == "account":
        return account_body(account, exchange.prices)
    return _clock(exchange) if what == "clock" else _calendar(asked.query)


def _clock(exchange: FakeExchange) -> dict:
    now = exchange.now
    session = CALENDAR.session_on_or_after(now.date())
    coming = CALENDAR.session_open(session)
    if coming <= now:
        coming = CALENDAR.session_open(CALENDAR.offset(session, 1))
    closing = CALENDAR.session_close(session)
    if closing <= now:
        closing = CALENDAR.session_close(CALENDAR.offset(session, 1))
    return {
        "timestamp": stamp(now),
        "is_open": exchange.is_open,
        "next_open": in_new_york(coming).isoformat(),
        "next_close": in_new_york(closing).isoformat(),
    }


def _calendar(query: dict[str, str]) -> list[dict]:
    start = date.fromisoformat(query.get("start", "2026-01-02"))
    end = date.fromisoformat(query.get("end", "2026-12-31"))
    return [
        {
            "date": day.isoformat(),
            "open": f"{in_new_york(CALENDAR.session_open(day)):%H:%M}",
            "close": f"{in_new_york(CALENDAR.session_close(day)):%H:%M}",
            "settlement_date": CALENDAR.offset(day, 1).isoformat(),
        }
        for day in CALENDAR.sessions(start, end)
    ]


def _assets(exchange: FakeExchange, rest: list[str]) -> Answer:
    if not rest:
        return 200, [asset_body(listing) for listing in exchange.listings.values()]
    listing = exchange.listings.get(rest[0])
    if listing is None:
        return 404, refusal(40410000, f"asset not found for {rest[0]}")
    return 200, asset_body(listing)


def _positions(exchange: FakeExchange, account: FakeAccount) -> list[dict]:
    return [
        position_body(symbol, held, exchange.prices[symbol], exchange.listings[symbol].asset_id)
        for symbol, held in account.positions.items()
    ]


def _orders(exchange: FakeExchange, listing: Listing, account: FakeAccount, asked: Asked) -> Answer:
    match asked.method, asked.path.removeprefix("/v2/"):
        case "POST", "orders":
            return _submit(exchange, account, asked.body or {})
        case "GET", "orders":
            return 200, _order_page(account, listing, asked.query)
        case "GET", "orders:by_client_order_id":
            wanted = asked.query.get("client_order_id", "")
            order = account.order(wanted)
            return (200, order_body(order)) if order else _no_order(wanted)
        case "GET", path:
            wanted = path.removeprefix("orders/")
            found = next((o for o in account.orders if o.order_id == wanted), None)
            return (200, order_body(found)) if found else _no_order(wanted)
        case "DELETE", path:
            exchange.cancel(account, path.removeprefix("orders/"))
            return 204, None
    return 405, {"message": "method not allowed"}


def _submit(exchange: FakeExchange, account: FakeAccount, asked: dict) -> Answer:
    order = exchange.submit(account, asked)
    body = order_body(order)
    if exchange.is_open and exchange.fills_at_once:
        exchange.complete(account, order)
    return 200, body


def _no_order(wanted: str) -> Answer:
    return 404, refusal(40410000, f"order not found for {wanted}")


def _order_page(account: FakeAccount, listing: Listing, query: dict[str, str]) -> list[dict]:
    status = query.get("status", "open")
    after = datetime.fromisoformat(query["after"]) if "after" in query else None
    chosen = [
        order
        for order in account.orders
        if (status == "all" or order.is_open == (status == "open"))
        and (after is None or order.submitted_at > after)
    ]
    if query.get("direction", "desc") == "desc":
        chosen.reverse()
    limit = min(int(query.get("limit", "50")), listing.page)
    return [order_body(order) for order in chosen[:limit]]


def _activities(account: FakeAccount, listing: Listing, query: dict[str, str]) -> list[dict]:
    known = [] if listing.fills_hidden else account.fills
    fills = [fill_body(fill) for fill in known if fill.activity_id not in listing.withheld]
    after = query.get("after")
    if after:
        since = datetime.fromisoformat(after)
        fills = [f for f in fills if datetime.fromisoformat(f["transaction_time"]) > since]
    if listing.fills_twice:
        fills = [fill for fill in fills for _ in range(2)]
    if (query.get("direction", "desc") == "desc") != listing.fills_reversed:
        fills.reverse()
    token = query.get("page_token")
    if token:
        last = max(n for n, fill in enumerate(fills) if fill["id"] == token)
        fills = fills[last + 1 :]
    return fills[: min(int(query.get("page_size", "100")), listing.page)]
