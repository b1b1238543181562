"""Markets of given or made-up series, and the computed research asked of them."""

from __future__ import annotations

import asyncio
from datetime import date, time

import numpy as np

from core.clock import at_new_york
from core.errors import NoBars
from core.market import BarSeries, MarketBars
from core.policy import AssetSpec
from core.schemas.research import (
    ResearchRequest,
)
from core.types import week_of
from providers.market.calendar import XnysCalendar
from providers.research.rules import RulesResearcher
from tests.fakes.snapshots import CLASSES, UNSHORTABLE

CALENDAR = XnysCalendar()


DAY = date(2021, 6, 9)


ASSETS = [
    AssetSpec(
        symbol=symbol,
        name=symbol,
        asset_class=kind,
        sector=kind,
        shortable=symbol not in UNSHORTABLE,
    )
    for symbol, kind in CLASSES.items()
]


class SeriesMarket:
    """Serves the series it was given; a symbol without one has no bars."""

    source = "test"

    def __init__(self, series, defects=()):
        self.series, self.defects, self.reads = series, tuple(defects), []

    def bars(self, symbols, as_of, sessions):
        self.reads.append(as_of)
        for symbol in symbols:
            if symbol not in self.series:
                raise NoBars(f"no bars for {symbol}")
        found = {symbol: self.series[symbol].last(sessions) for symbol in symbols}
        return MarketBars(as_of, self.source, "tape", True, found, self.defects)


def drifting(symbol, daily, sessions=300, last=0.0):
    """Closes that grow by ``daily`` with a small wobble; the last 20 sessions by ``last`` more."""
    steps = np.full(sessions, daily) + 0.004 * np.cos(np.arange(sessions) * 2.1)
    steps[-20:] += last
    close = 100 * np.exp(np.cumsum(steps))
    days = np.datetime64("2021-06-08") - np.arange(sessions - 1, -1, -1)
    volume = np.full(sessions, 1e6)
    return BarSeries(symbol, days, close, close * 1.003, close * 0.997, close, volume)


def research(pack, market, symbols=tuple(CLASSES), day=DAY, hour=time(8)):
    asked = ResearchRequest(
        pack=pack,
        week_id=week_of(day),
        as_of=at_new_york(day, hour),
        symbols=symbols,
    )
    return asyncio.run(RulesResearcher(market, pack, ASSETS, CALENDAR).research(asked))


def trending(**drifts):
    return SeriesMarket({symbol: drifting(symbol, daily) for symbol, daily in drifts.items()})
