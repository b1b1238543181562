"""Daily bars in memory: the contract, special days, and random changes after as_of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import at_new_york
from core.errors import NoBars
from core.market import BarSeries, DefectKind, PriceKind
from providers.market.daily import DailyBars, DailyBarsMarket
from providers.market.defects import find_defects
from tests.contract.market_data import CALENDAR, MarketDataContract, all_that_is_known

SESSIONS = CALENDAR.sessions(date(2026, 10, 1), date(2027, 1, 15))
SYMBOLS = ("SPY", "TLT")


def series(symbol: str, days=SESSIONS, seed: int = 0) -> BarSeries:
    rng = np.random.default_rng(seed)
    close = 100 + np.cumsum(rng.standard_normal(len(days)))
    opened = close + rng.standard_normal(len(days)) / 4
    high, low = np.maximum(opened, close) + 0.5, np.minimum(opened, close) - 0.5
    return BarSeries(
        symbol, np.array(days, "datetime64[D]"), opened, high, low, close, np.full(len(days), 1e6)
    )


def market_of(*held: BarSeries) -> DailyBarsMarket:
    return DailyBarsMarket(
        DailyBars(
            source="test",
            adjusted=True,
            series={one.symbol: one for one in held},
            feeds={one.symbol: ["memory"] * len(one) for one in held},
            defects={one.symbol: find_defects(one, CALENDAR) for one in held},
        ),
        CALENDAR,
    )


def with_rows(held: BarSeries, keep: np.ndarray) -> BarSeries:
    names = ("open", "high", "low", "close", "volume")
    return BarSeries(held.symbol, held.days[keep], *(getattr(held, name)[keep] for name in names))


def with_cell(held: BarSeries, name: str, index: int, value: float) -> BarSeries:
    names = ("open", "high", "low", "close", "volume")
    arrays = {one: getattr(held, one).copy() for one in names}
    arrays[name][index] = value
    return BarSeries(held.symbol, held.days, *(arrays[one] for one in names))


class TestContract(MarketDataContract):
    @pytest.fixture
    def market(self):
        return market_of(*(series(symbol) for symbol in SYMBOLS))

    @pytest.fixture
    def symbols(self):
        return SYMBOLS

    @pytest.fixture
    def sessions(self):
        return SESSIONS

    @pytest.fixture
    def altered(self):
        def change(as_of: datetime) -> DailyBarsMarket:
            return market_of(*(self.noisy(series(symbol), as_of) for symbol in SYMBOLS))

        return change

    def noisy(self, held: BarSeries, as_of: datetime) -> BarSeries:
        opens = [CALENDAR.session_open(day) <= as_of for day in held.days.tolist()]
        closes = [CALENDAR.session_close(day) <= as_of for day in held.days.tolist()]
        return BarSeries(
            held.symbol,
            held.days,
            np.where(opens, held.open, 7.0),
            *(np.where(closes, getattr(held, n), -1.0) for n in ("high", "low", "close", "volume")),
        )


@pytest.mark.parametrize(
    ("day", "wall", "session", "kind"),
    [
        # Standard time from 1 November 2026: the open moves from 13:30 to 14:30 UTC.
        (date(2026, 10, 30), time(9, 30), date(2026, 10, 30), PriceKind.OPEN),
        (date(2026, 11, 2), time(9, 29), date(2026, 10, 30), PriceKind.CLOSE),
        (date(2026, 11, 2), time(9, 30), date(2026, 11, 2), PriceKind.OPEN),
        # Thanksgiving, then a half day.
        (date(2026, 11, 26), time(12, 0), date(2026, 11, 25), PriceKind.CLOSE),
        (date(2026, 11, 27), time(12, 59), date(2026, 11, 27), PriceKind.OPEN),
        (date(2026, 11, 27), time(13, 0), date(2026, 11, 27), PriceKind.CLOSE),
        (date(2026, 12, 24), time(13, 0), date(2026, 12, 24), PriceKind.CLOSE),
        (date(2026, 12, 25), time(12, 0), date(2026, 12, 24), PriceKind.CLOSE),
    ],
)
def test_quotes_keep_new_york_hours_on_special_days(day, wall, session, kind):
    quote = market_of(series("SPY")).quotes(["SPY"], at_new_york(day, wall))["SPY"]
    assert (quote.session, quote.kind) == (session, kind)


def test_an_order_on_a_holiday_fills_at_the_next_open():
    market = market_of(series("SPY"))
    decided = at_new_york(date(2026, 11, 26), time(10, 0))
    quote = market.next_price("SPY", decided, decided + timedelta(days=3))
    assert (quote.session, quote.kind) == (date(2026, 11, 27), PriceKind.OPEN)


def test_an_order_over_a_missing_bar_fills_at_the_next_bar_there_is():
    held = series("SPY")
    market = market_of(with_rows(held, held.days != np.datetime64("2026-11-18")))
    decided = at_new_york(date(2026, 11, 18), time(8, 0))
    quote = market.next_price("SPY", decided, decided + timedelta(days=3))
    assert (quote.session, quote.kind) == (date(2026, 11, 19), PriceKind.OPEN)


def test_prices_are_decimals_to_four_places():
    market = market_of(with_cell(series("SPY"), "close", 5, 0.1 + 0.2))
    quote = market.quotes(["SPY"], CALENDAR.session_close(SESSIONS[5]))["SPY"]
    assert quote.price == Decimal("0.3000")


def test_a_bar_without_a_usable_close_is_never_served_but_its_open_is():
    market = market_of(with_cell(series("SPY"), "close", 5, np.nan))
    day = SESSIONS[5]
    quote = market.quotes(["SPY"], CALENDAR.session_close(day))["SPY"]
    bars = market.bars(["SPY"], CALENDAR.session_close(day), 3)
    assert (quote.kind, quote.session) == (PriceKind.OPEN, day)
    assert bars.series["SPY"].days.tolist() == list(SESSIONS[2:5])


def test_a_series_that_ends_too_early_is_stale_and_says_by_how_much():
    market = market_of(series("SPY", SESSIONS[:20]))
    close = CALENDAR.session_close(SESSIONS[22])
    (defect,) = market.bars(["SPY"], close, 5).defects
    assert (defect.kind, defect.session) == (DefectKind.STALE, SESSIONS[19])
    assert "3 sessions before" in defect.detail
    assert not market.bars(["SPY"], CALENDAR.session_close(SESSIONS[19]), 5).defects
    assert not market.bars(["SPY"], CALENDAR.session_open(SESSIONS[20]), 5).defects


def test_defects_of_bars_that_were_not_asked_for_are_not_reported():
    market = market_of(with_cell(series("SPY"), "high", 5, 1.0))
    close = CALENDAR.session_close(SESSIONS[20])
    assert not market.bars(["SPY"], close, 10).defects
    assert market.bars(["SPY"], close, 16).defects[0].kind is DefectKind.INCONSISTENT


def test_an_error_does_not_tell_what_lies_in_the_future():
    held, later = series("SPY"), with_rows(series("SPY"), np.arange(len(SESSIONS)) > 10)
    before = CALENDAR.session_open(SESSIONS[0]) - timedelta(days=1)
    words = []
    for market in (market_of(held), market_of(later)):
        with pytest.raises(NoBars) as caught:
            market.quotes(["SPY"], before)
        words.append(str(caught.value))
    assert words[0] == words[1]


cells = st.tuples(
    st.sampled_from(["open", "high", "low", "close", "volume"]),
    st.integers(0, len(SESSIONS) - 1),
    st.sampled_from([np.nan, -1.0, 0.0, 1e-9, 50.0, 1_000.0]),
)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, len(SESSIONS) - 2), st.integers(-400, 1_500), st.lists(cells), st.data())
def test_no_change_of_any_cell_or_row_after_as_of_is_seen_at_as_of(
    position, minutes, changes, data
):
    as_of = CALENDAR.session_open(SESSIONS[position]) + timedelta(minutes=minutes)
    held = series("SPY")
    changed = held
    for name, index, value in changes:
        day = SESSIONS[index]
        at = CALENDAR.session_open(day) if name == "open" else CALENDAR.session_close(day)
        if at > as_of:
            changed = with_cell(changed, name, index, value)
    future = np.array([CALENDAR.session_open(day) > as_of for day in SESSIONS])
    dropped = data.draw(st.sets(st.integers(0, len(SESSIONS) - 1)))
    keep = ~(future & np.isin(np.arange(len(SESSIONS)), list(dropped)))
    after = market_of(with_rows(changed, keep))
    assert all_that_is_known(after, ["SPY"], as_of) == all_that_is_known(
        market_of(held), ["SPY"], as_of
    )
