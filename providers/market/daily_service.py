"""A service of daily bars as it is asked: which sessions, up to which instant, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Protocol

import pandas as pd

from core.errors import MarketError

COLUMNS: Final = ("symbol", "day", "open", "high", "low", "close", "volume", "feed", "where")


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far prices are known: the newest session with an open, and the newest with its close."""

    opened: date
    closed: date

    def covers(self, other: Horizon) -> bool:
        return self.opened >= other.opened and self.closed >= other.closed


@dataclass(frozen=True, slots=True)
class Window:
    """What to fetch: sessions from ``start`` on; no instant after ``end`` may be asked for.

    Rows of sessions after ``horizon`` are not to be looked at.
    """

    start: date
    end: datetime
    horizon: Horizon


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows (`COLUMNS`, one a bar, cells as they came) and, by symbol, why it has no usable bars."""

    rows: pd.DataFrame
    failed: Mapping[str, MarketError] = field(default_factory=dict)


class DailyFetch(Protocol):
    """One request for all symbols; MarketUnavailable when the service gives no answer."""

    def __call__(self, symbols: Sequence[str], window: Window) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class Service:
    """A service of adjusted daily bars.

    It gives a session's open, and its close, away ``settles`` after the fact.
    """

    name: str
    fetch: DailyFetch
    settles: timedelta
