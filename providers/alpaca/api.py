"""Alpaca's API as the adapters use it: raw JSON in and out, over REST or over MCP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Json: TypeAlias = Mapping[str, Any]


class TradingApi(Protocol):
    """One paper account, whose key pair the transport holds.

    Every method returns Alpaca's JSON as it came: money and quantities are strings, times ISO 8601
    with up to nine fractional digits, a word nobody knows yet is not an error. OrderRefused proves
    that nothing was done (400, 401, 403, 422; 404 for a cancel). `submit_order` raises OrderUnknown
    for a time-out, a dropped connection, 429 after sending, 5xx or an unreadable body, and
    BrokerUnavailable only where it is certain that nothing was sent; it is never repeated. A
    question without an answer, a refused key included, is BrokerUnavailable and never an empty one.
    """

    def account(self) -> Json: ...

    def clock(self) -> Json: ...

    def calendar(self, start: str, end: str) -> Sequence[Json]:
        """Sessions from start to end (ISO dates); ``open`` and ``close`` are New York wall times."""
        ...

    def asset(self, symbol: str) -> Json | None:
        """None when Alpaca does not know the symbol."""
        ...

    def assets(self) -> Sequence[Json]: ...

    def positions(self) -> Sequence[Json]: ...

    def submit_order(self, order: Json) -> Json: ...

    def order_by_client_id(self, client_order_id: str) -> Json | None:
        """None only when Alpaca answers that it has no such order."""
        ...

    def orders(self, status: str, after: str | None = None) -> Sequence[Json]:
        """``status`` is open, closed or all; every page, oldest first."""
        ...

    def cancel_order(self, order_id: str) -> None: ...

    def activities(self, kind: str, after: str | None = None) -> Sequence[Json]:
        """``kind`` FILL and the like; every page, oldest first."""
        ...


class MarketApi(Protocol):
    """Alpaca's market data; MarketError subclasses for what cannot be had."""

    def bars(self, symbols: Sequence[str], query: Json) -> Mapping[str, Sequence[Json]]:
        """Every page of ``/v2/stocks/bars`` under ``query`` (timeframe, start, end, adjustment, feed)."""
        ...

    def latest_quotes(self, symbols: Sequence[str], feed: str) -> Mapping[str, Json]: ...

    def snapshots(self, symbols: Sequence[str], feed: str) -> Mapping[str, Json]: ...

    def news(self, symbols: Sequence[str], query: Json) -> Sequence[Json]: ...
