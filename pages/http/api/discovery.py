"""Which symbols a strategy looks at, and who put them there."""

from __future__ import annotations

from datetime import datetime

from core.schemas.base import Schema
from core.schemas.suggestion import WatchEntry
from pages.http.api.endpoint import Call, Endpoint, get
from pages.http.api.fields import OneStrategy
from storage.queries.discovery import rounds, watchlist


class ExcludedSymbol(Schema):
    """A symbol a person keeps off the list."""

    symbol: str
    by: str
    reason: str
    at: datetime


class WatchlistAnswer(Schema):
    """``looked_at`` is the newest round's instant; None before the first."""

    strategy: str
    max_size: int
    looked_at: datetime | None
    entries: tuple[WatchEntry, ...]
    excluded: tuple[ExcludedSymbol, ...]


def endpoints() -> list[Endpoint]:
    return [
        get(
            "/api/discovery/watchlist",
            "The watchlist with who put each symbol there, its score and why",
            WatchlistAnswer,
            _watchlist,
            OneStrategy,
        )
    ]


def _watchlist(call: Call) -> WatchlistAnswer:
    strategy = call.query.strategy
    state = watchlist(call.reader, strategy)
    newest = next(iter(rounds(call.reader, strategy)), None)
    return WatchlistAnswer(
        strategy=strategy,
        max_size=state.max_size,
        looked_at=newest.as_of if newest else None,
        entries=state.entries,
        excluded=tuple(
            ExcludedSymbol(symbol=one.symbol, by=one.by, reason=one.reason, at=one.at)
            for one in state.excluded.values()
        ),
    )
