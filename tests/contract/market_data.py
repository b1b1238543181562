"""The MarketData port's contract: one suite that every adapter's tests inherit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from core.clock import at_new_york
from core.errors import NoBars, UnknownSymbol
from core.market import BarSeries, PriceKind, Quote
from core.ports import MarketData
from providers.market.calendar import XnysCalendar

CALENDAR = XnysCalendar()
TICK = timedelta(microseconds=1)
Altered = Callable[[datetime], MarketData]


def columns(series: BarSeries) -> list[list[object]]:
    prices = (series.open, series.high, series.low, series.close, series.volume)
    return [series.days.tolist(), *([repr(cell) for cell in column] for column in prices)]


def outcome(ask: Callable[[], object]) -> object:
    """An answer or the words of its error: both may be recorded, so both must not change."""
    try:
        return ask()
    except (NoBars, UnknownSymbol) as error:
        return f"{type(error).__name__}: {error}"


def all_that_is_known(market: MarketData, symbols: Sequence[str], as_of: datetime) -> list[object]:
    """Everything the port can answer at an instant, in a form that compares by value."""

    def bars(symbol: str) -> object:
        found = market.bars([symbol], as_of, 10_000)
        return (
            found.source,
            found.feed,
            found.adjusted,
            columns(found.series[symbol]),
            found.defects,
        )

    known: list[object] = []
    for symbol in symbols:
        known.append(outcome(lambda symbol=symbol: bars(symbol)))
        known.append(outcome(lambda symbol=symbol: market.quotes([symbol], as_of)))
        for hours in (0, 1, 7, 24, 100, 1_000):
            after = as_of - timedelta(hours=hours)
            known.append(market.next_price(symbol, after, as_of))
    return known


class MarketDataContract:
    """Subclasses give the fixtures ``market``, ``symbols``, ``sessions`` and ``altered``.

    ``sessions`` are consecutive, at least 30, each with a bar of every symbol; the first of them is
    the market's first. ``altered(as_of)`` is the same source with everything after ``as_of``
    changed, removed or added to.
    """

    @pytest.fixture
    def day(self, sessions: Sequence[date]) -> date:
        return sessions[len(sessions) // 2]

    def test_the_source_and_feed_are_named(self, market, symbols, day):
        bars = market.bars(symbols, CALENDAR.session_close(day), 5)
        assert market.source
        assert bars.source == market.source
        assert bars.feed

    def test_bars_are_complete_days_oldest_first(self, market, symbols, sessions, day):
        close = CALENDAR.session_close(day)
        expected = [one for one in sessions if one <= day][-10:]
        for symbol, series in market.bars(symbols, close, 10).series.items():
            assert series.symbol == symbol
            assert series.days.tolist() == expected

    def test_a_bar_is_not_there_a_moment_before_its_close(self, market, symbols, day):
        bars = market.bars(symbols, CALENDAR.session_close(day) - TICK, 1)
        assert all(series.days[-1].item() < day for series in bars.series.values())

    def test_every_bar_is_consistent_and_positive(self, market, symbols, sessions):
        bars = market.bars(symbols, CALENDAR.session_close(sessions[-1]), len(sessions))
        for series in bars.series.values():
            assert np.all(series.low > 0)
            assert np.all(series.low <= np.minimum(series.open, series.close) * 1.0001)
            assert np.all(series.high >= np.maximum(series.open, series.close) * 0.9999)

    def test_the_open_is_known_from_the_open_and_the_close_from_the_close(
        self, market, symbols, day
    ):
        opened, closed = CALENDAR.session_open(day), CALENDAR.session_close(day)
        for instant, kind in ((opened, PriceKind.OPEN), (closed, PriceKind.CLOSE)):
            for quote in market.quotes(symbols, instant).values():
                assert (quote.kind, quote.session, quote.known_at) == (kind, day, instant)
            for quote in market.quotes(symbols, instant - TICK).values():
                assert quote.known_at < instant

    def test_the_close_quoted_is_the_close_of_the_bar(self, market, symbols, day):
        close = CALENDAR.session_close(day)
        bars, quotes = market.bars(symbols, close, 1), market.quotes(symbols, close)
        for symbol in symbols:
            assert float(quotes[symbol].price) == pytest.approx(
                bars.series[symbol].close[-1], abs=5.1e-5
            )

    def test_an_order_before_the_open_fills_at_the_open(self, market, symbols, day):
        quote = self.filled(market, symbols[0], at_new_york(day, time(9, 0)))
        assert (quote.kind, quote.session) == (PriceKind.OPEN, day)

    def test_an_order_at_the_open_or_later_that_day_fills_at_the_close(self, market, symbols, day):
        half_past_nine = CALENDAR.session_open(day)
        for decided in (half_past_nine, CALENDAR.session_close(day) - TICK):
            quote = self.filled(market, symbols[0], decided)
            assert (quote.kind, quote.session) == (PriceKind.CLOSE, day)

    def test_an_order_after_the_close_fills_at_the_next_open(self, market, symbols, day):
        quote = self.filled(market, symbols[0], CALENDAR.session_close(day))
        assert (quote.kind, quote.session) == (PriceKind.OPEN, CALENDAR.offset(day, 1))

    def test_a_fill_that_lies_in_the_future_is_none(self, market, symbols, day):
        decided = at_new_york(day, time(9, 0))
        opened = CALENDAR.session_open(day)
        assert market.next_price(symbols[0], decided, opened - TICK) is None
        assert market.next_price(symbols[0], decided, opened) is not None

    def test_before_the_first_session_nothing_is_known(self, market, symbols, sessions):
        before = CALENDAR.session_open(sessions[0]) - TICK
        with pytest.raises(NoBars, match=symbols[0]):
            market.bars(symbols, before, 5)
        with pytest.raises(NoBars, match=symbols[0]):
            market.quotes(symbols, before)
        assert market.next_price(symbols[0], before - timedelta(days=1), before) is None

    def test_an_unknown_symbol_is_named(self, market, day):
        close = CALENDAR.session_close(day)
        for ask in (
            lambda: market.bars(["NOPE"], close, 5),
            lambda: market.quotes(["NOPE"], close),
            lambda: market.next_price("NOPE", close, close),
        ):
            with pytest.raises(UnknownSymbol, match="NOPE") as caught:
                ask()
            assert "\n" not in str(caught.value)

    def test_a_naive_instant_is_refused(self, market, symbols):
        with pytest.raises(ValueError, match="naive"):
            market.quotes(symbols, datetime(2026, 1, 2))  # noqa: DTZ001  # the point of the test

    def test_what_is_returned_cannot_be_written_to(self, market, symbols, day):
        series = market.bars(symbols, CALENDAR.session_close(day), 5).series[symbols[0]]
        with pytest.raises(ValueError, match="read-only"):
            series.close[0] = 1.0

    def test_nothing_after_as_of_changes_anything_known_at_as_of(
        self, market, altered: Altered, symbols, day
    ):
        opened, closed = CALENDAR.session_open(day), CALENDAR.session_close(day)
        night = closed + timedelta(hours=5)
        for as_of in (opened - TICK, opened, closed - TICK, closed, night):
            before = all_that_is_known(market, symbols, as_of)
            assert all_that_is_known(altered(as_of), symbols, as_of) == before

    def filled(self, market: MarketData, symbol: str, decided: datetime) -> Quote:
        quote = market.next_price(symbol, decided, decided + timedelta(days=7))
        assert quote is not None
        return quote
