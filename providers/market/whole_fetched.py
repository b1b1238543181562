"""The whole market from a service of daily bars, so many symbols a request."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from core.clock import Clock, as_utc
from core.discovery.panel import COLUMNS, Panel
from core.errors import MarketUnavailable, NoBars
from core.market import MarketBars
from core.ports import TradingCalendar
from providers.market.daily_service import Horizon, Service, Window
from providers.market.whole import closed_sessions, panel_of_rows

AT_ONCE = 200
"""Symbols a request: an address stays below 2,000 characters."""


@dataclass(frozen=True, slots=True)
class _Kept:
    asked: tuple[tuple[str, ...], date, int]
    panel: Panel


class WholeFetched:
    """`WholeMarket` over a service; one look a session is kept, for rounds of the same day.

    Rows after the newest closed session are dropped unread; a symbol whose cells are no numbers has
    no row. MarketUnavailable while the service does not give the newest close away yet.
    """

    def __init__(self, service: Service, calendar: TradingCalendar, clock: Clock) -> None:
        self._service = service
        self._calendar = calendar
        self._clock = clock
        self._kept: _Kept | None = None
        self._guard = threading.Lock()

    def panel(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> Panel:
        moment = as_utc(as_of)
        days = closed_sessions(self._calendar, moment, sessions)
        self._refuse_unsettled(days[-1])
        asked = (tuple(sorted(set(symbols))), days[-1], sessions)
        with self._guard:
            if self._kept is None or self._kept.asked != asked:
                self._kept = _Kept(asked, self._fetched(asked[0], days, moment))
            held = self._kept.panel
        return replace(held, as_of=moment)

    def _fetched(self, symbols: Sequence[str], days: Sequence[date], moment: datetime) -> Panel:
        end = min(moment, self._clock.now() - self._service.settles)
        window = Window(days[0], end, Horizon(opened=days[-1], closed=days[-1]))
        rows = pd.concat(self._chunks(symbols, window), ignore_index=True)
        rows = _numeric(rows[rows["day"].dt.date <= days[-1]])
        if rows.empty:
            raise NoBars(
                f"{self._service.name} has no bar of {len(symbols)} symbols from {days[0]} to "
                f"{days[-1]}: check the universe"
            )
        feed = "+".join(sorted(rows["feed"].astype(str).unique()))
        head = MarketBars(moment, self._service.name, feed, adjusted=True, series={})
        return panel_of_rows(rows, days, head)

    def _chunks(self, symbols: Sequence[str], window: Window) -> Iterator[pd.DataFrame]:
        for first in range(0, len(symbols), AT_ONCE):
            yield self._service.fetch(symbols[first : first + AT_ONCE], window).rows

    def _refuse_unsettled(self, last: date) -> None:
        known_at = self._calendar.session_close(last) + self._service.settles
        if self._clock.now() < known_at:
            raise MarketUnavailable(
                f"{self._service.name} gives the close of {last} away at {known_at:%H:%M}Z: "
                "ask again then"
            )


def _numeric(rows: pd.DataFrame) -> pd.DataFrame:
    """Cells as floats; a symbol with anything else, or twice a day, is left out whole."""
    numbers = rows[list(COLUMNS)].apply(pd.to_numeric, errors="coerce").astype(float)
    wrong = (numbers.isna() & rows[list(COLUMNS)].notna()).any(axis=1)
    wrong |= rows.duplicated(["symbol", "day"], keep=False)
    spoilt = set(rows.loc[wrong, "symbol"])
    return rows.assign(**numbers)[~rows["symbol"].isin(spoilt)]
