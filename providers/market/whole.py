"""The whole market as a panel: from rows of any source, and over a MarketData that serves few symbols."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd

from core.clock import as_utc, in_new_york
from core.discovery.panel import COLUMNS, Panel, panel_of
from core.discovery.ports import Universe
from core.errors import MarketError, MarketUnavailable, NoBars
from core.market import BarSeries, MarketBars
from core.ports import MarketData, TradingCalendar


def closed_sessions(calendar: TradingCalendar, as_of: datetime, sessions: int) -> Sequence[date]:
    """The last ``sessions`` sessions closed at ``as_of``, oldest first."""
    moment = as_utc(as_of)
    last = calendar.session_on_or_before(in_new_york(moment).date())
    if calendar.session_close(last) > moment:
        last = calendar.offset(last, -1)
    return calendar.sessions(calendar.offset(last, 1 - sessions), last)


def panel_of_rows(rows: pd.DataFrame, days: Sequence[date], bars: MarketBars) -> Panel:
    """Rows ``symbol, day, open … volume`` (one a symbol and day) of these days; ``bars`` names the source.

    Rows of other days are left out, also those of days that are no session.
    """
    stamps = np.array(list(days), dtype="datetime64[D]")
    when = rows["day"].to_numpy().astype("datetime64[D]")
    places = np.minimum(np.searchsorted(stamps, when), len(stamps) - 1)
    kept = stamps[places] == when
    codes, symbols = pd.factorize(rows["symbol"].to_numpy()[kept], sort=True)
    matrices = {}
    for name in COLUMNS:
        matrix = np.full((len(symbols), len(stamps)), np.nan)
        matrix[codes, places[kept]] = rows[name].to_numpy(dtype=np.float64)[kept]
        matrices[name] = matrix
    return Panel(
        symbols=tuple(map(str, symbols)),
        days=stamps,
        **matrices,
        as_of=bars.as_of,
        source=bars.source,
        feed=bars.feed,
        adjusted=bars.adjusted,
    )


class SmallMarket:
    """`WholeMarket` and `UniverseSource` over a MarketData of a few symbols: a demonstration, a simulation.

    A symbol without bars, or with bars that cannot be trusted, has no row.
    """

    def __init__(
        self, market: MarketData, symbols: Sequence[str], calendar: TradingCalendar
    ) -> None:
        self._market = market
        self._symbols = tuple(sorted(set(symbols)))
        self._calendar = calendar

    def universe(self, as_of: datetime) -> Universe:
        day = in_new_york(as_utc(as_of)).date()
        return Universe(self._symbols, day, f"{self._market.source}: the desk's own symbols")

    def panel(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> Panel:
        moment = as_utc(as_of)
        series: dict[str, BarSeries] = {}
        feeds: dict[str, None] = {}
        told: MarketBars | None = None
        for symbol in symbols:
            try:
                told = self._market.bars([symbol], moment, sessions)
            except MarketUnavailable:
                raise
            except MarketError:
                continue
            series.update(told.series)
            feeds.update(dict.fromkeys(told.feed.split("+")))
        if told is None:
            raise NoBars(
                f"none of {len(symbols)} symbols has a bar at {moment:%Y-%m-%d} in "
                f"{self._market.source} prices: add bars or ask for a later date"
            )
        every = MarketBars(moment, told.source, "+".join(feeds), told.adjusted, series)
        return panel_of(every, closed_sessions(self._calendar, moment, sessions))
