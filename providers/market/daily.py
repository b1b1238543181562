"""Point-in-time reads over daily bars: what was known when, and what an order fills at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.clock import as_utc, in_new_york
from core.errors import NoBars, UnknownSymbol
from core.market import BarSeries, Defect, DefectKind, MarketBars, Quote
from core.ports import TradingCalendar
from providers.market.timeline import DatedDefect, Timeline


@dataclass(frozen=True, slots=True)
class DailyBars:
    """Everything one source holds, by symbol: bars, the feed of each bar, and dated defects.

    Rows with a price that is empty or not positive may stay in a series: that price is never
    served, and the row is never a complete bar.
    """

    source: str
    adjusted: bool
    series: Mapping[str, BarSeries]
    feeds: Mapping[str, Sequence[str]]
    defects: Mapping[str, Sequence[DatedDefect]] = field(default_factory=dict)


class DailyBarsMarket:
    """The MarketData port over daily bars held in memory.

    A session's open is known from its opening instant, everything else of its bar from its close
    (13:00 New York on half days). So an order decided before 09:30 fills at the open, and one
    decided later that day, 09:30 itself included, at that day's close.
    """

    def __init__(self, held: DailyBars, calendar: TradingCalendar) -> None:
        self._held = held
        self._calendar = calendar
        self._timelines = {
            symbol: Timeline(series, calendar, held.source, held.feeds[symbol])
            for symbol, series in held.series.items()
        }

    @property
    def source(self) -> str:
        return self._held.source

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol served, in the source's order."""
        return tuple(self._timelines)

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        if sessions < 1:
            raise ValueError(f"asked for {sessions} sessions of bars: ask for at least 1")
        moment = as_utc(as_of)
        series: dict[str, BarSeries] = {}
        feeds: dict[str, None] = {}
        defects: list[Defect] = []
        for symbol in symbols:
            series[symbol] = self._complete(symbol, moment, sessions)
            feeds.update(dict.fromkeys(self._timelines[symbol].feeds(moment, sessions)))
            defects += self._known_defects(series[symbol], moment)
        return MarketBars(
            as_of=moment,
            source=self.source,
            feed="+".join(feeds),
            adjusted=self._held.adjusted,
            series=series,
            defects=tuple(defects),
        )

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        moment = as_utc(as_of)
        return {symbol: self._newest(symbol, moment) for symbol in symbols}

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        return self._timeline(symbol).first_after(as_utc(after), as_utc(as_of))

    def _newest(self, symbol: str, moment: datetime) -> Quote:
        quote = self._timeline(symbol).newest(moment)
        if quote is None:
            raise self._nothing_known(symbol, moment)
        return quote

    def _complete(self, symbol: str, moment: datetime, sessions: int) -> BarSeries:
        series = self._timeline(symbol).complete(moment, sessions)
        if not len(series):
            raise self._nothing_known(symbol, moment)
        return series

    def _timeline(self, symbol: str) -> Timeline:
        timeline = self._timelines.get(symbol)
        if timeline is None:
            raise UnknownSymbol(
                f"unknown symbol {symbol} in {self.source} prices: "
                "add its bars or take it out of the universe"
            )
        return timeline

    def _nothing_known(self, symbol: str, moment: datetime) -> NoBars:
        # Says nothing of when prices begin: that lies after ``moment``.
        return NoBars(
            f"nothing known of {symbol} at {moment:%Y-%m-%d %H:%M}Z in {self.source} prices: "
            "add older bars or ask for a later date"
        )

    def _known_defects(self, series: BarSeries, moment: datetime) -> list[Defect]:
        """Defects of the bars returned that could be seen at ``moment``, and staleness itself."""
        first = series.days[0].item()
        dated = self._held.defects.get(series.symbol, ())
        known = dated[: bisect_right(dated, moment, key=lambda entry: entry.known_at)]
        found = [entry.defect for entry in known if entry.defect.session >= first]
        stale = self._stale(series, moment)
        return [*found, stale] if stale else found

    def _stale(self, series: BarSeries, moment: datetime) -> Defect | None:
        last = series.days[-1].item()
        expected = self._calendar.session_on_or_before(in_new_york(moment).date())
        if self._calendar.session_close(expected) > moment:
            expected = self._calendar.offset(expected, -1)
        if last >= expected:
            return None
        behind = len(self._calendar.sessions(last, expected)) - 1
        detail = f"the last bar is {last}, {behind} sessions before {expected}"
        return Defect(series.symbol, DefectKind.STALE, last, detail)
