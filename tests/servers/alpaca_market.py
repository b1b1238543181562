"""Alpaca's market data on loopback: routes for `alpaca_server` over bars, trades and news a test sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.clock import from_iso

RECENT = {"message": "subscription does not permit querying recent SIP data"}


@dataclass
class FakeTape:
    """``daily`` and ``minutes`` are bars by symbol as Alpaca writes them; ``page`` bars a page.

    ``now`` makes it refuse sip data of the last 15 minutes; ``ignores_range`` sends bars of any time.
    """

    daily: Mapping[str, Sequence[dict]] = field(default_factory=dict)
    minutes: Mapping[str, Sequence[dict]] = field(default_factory=dict)
    trades: Mapping[str, dict] = field(default_factory=dict)
    articles: Sequence[dict] = ()
    page: int = 10_000
    now: datetime | None = None
    ignores_range: bool = False

    def routes(self, path: str, query: dict[str, str]) -> tuple[int, object] | None:
        if path == "/v2/stocks/bars":
            return self._bars(query)
        if path == "/v2/stocks/snapshots":
            wanted = query["symbols"].split(",")
            return 200, {s: {"latestTrade": self.trades[s]} for s in wanted if s in self.trades}
        if path == "/v1beta1/news":
            return self._news(query)
        return None

    def _bars(self, query: dict[str, str]) -> tuple[int, object]:
        symbols = query["symbols"].split(",")
        wrong = next((symbol for symbol in symbols if not symbol.isalpha()), None)
        if wrong:
            return 400, {"message": f"invalid symbol: {wrong}"}
        start, end = from_iso(query["start"]), from_iso(query["end"])
        if query["feed"] == "sip" and self.now and (self.now - end).total_seconds() < 900:
            return 403, RECENT
        held = self.daily if query["timeframe"] == "1Day" else self.minutes
        rows = [
            (symbol, bar)
            for symbol in sorted(symbols)
            for bar in held.get(symbol, ())
            if self.ignores_range or start <= _at(bar["t"]) <= end
        ]
        first = int(query.get("page_token", "0"))
        size = min(self.page, int(query["limit"]))
        found: dict[str, list[dict]] = {}
        for symbol, bar in rows[first : first + size]:
            found.setdefault(symbol, []).append(bar)
        more = str(first + size) if first + size < len(rows) else None
        return 200, {"bars": found, "next_page_token": more}

    def _news(self, query: dict[str, str]) -> tuple[int, object]:
        first, size = int(query.get("page_token", "0")), int(query["limit"])
        more = str(first + size) if first + size < len(self.articles) else None
        return 200, {"news": list(self.articles[first : first + size]), "next_page_token": more}


def _at(text: object) -> datetime:
    return from_iso(str(text)).astimezone(UTC)
