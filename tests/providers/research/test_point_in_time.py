"""Computed research is blind to everything after as_of, and sees what came before."""

from __future__ import annotations

from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import at_new_york
from core.errors import ModelUnavailable
from core.market import BarSeries
from providers.market.daily import DailyBars, DailyBarsMarket
from providers.market.files import FilesMarket
from tests.fakes.research import (
    CALENDAR,
    DAY,
    research,
    trending,
)
from tests.fakes.snapshots import known_bars
from tests.fixture_files import fixture_path


def later(series, moment, factor):
    """The same bars with everything changed that was not known at ``moment``."""
    known = np.array([CALENDAR.session_close(day.item()) <= moment for day in series.days])
    scale = np.where(known, 1.0, factor)
    names = ("open", "high", "low", "close", "volume")
    return BarSeries(series.symbol, series.days, *(getattr(series, n) * scale for n in names))


def held(series):
    return DailyBarsMarket(
        DailyBars(
            "test", True, series, {symbol: ["tape"] * len(bars) for symbol, bars in series.items()}
        ),
        CALENDAR,
    )


@settings(max_examples=12)
@given(
    week=st.integers(0, 300),
    hour=st.sampled_from([time(8), time(9, 31), time(15, 59), time(16, 1)]),
    factor=st.sampled_from([0.5, 1.3, 40.0]),
)
def test_no_bar_after_as_of_changes_a_word(week, hour, factor):
    day = CALENDAR.session_on_or_after(date(2015, 9, 2) + timedelta(weeks=week))
    moment = at_new_york(day, hour)
    around = known_bars(day + timedelta(days=14), sessions=320)
    changed = {symbol: later(bars, moment, factor) for symbol, bars in around.items()}
    for pack in "AB":
        before = research(pack, held(around), day=day, hour=hour)
        assert research(pack, held(changed), day=day, hour=hour) == before


def test_the_last_close_before_as_of_does_change_what_is_found():
    """The other half of the property: the change above is one that would have been seen."""
    around = known_bars(DAY + timedelta(days=14), sessions=320)
    seen = {
        symbol: later(bars, at_new_york(DAY - timedelta(days=2), time(16)), 1.3)
        for symbol, bars in around.items()
    }
    assert research("A", held(seen)).findings != research("A", held(around)).findings


def test_files_before_their_first_bar_are_a_failure_and_after_it_a_short_history():
    market = FilesMarket(fixture_path("market/universe"), CALENDAR)
    with pytest.raises(ModelUnavailable, match="no bars at 2014-06-25"):
        research("A", market, day=date(2014, 6, 25))
    found = research("A", market, day=date(2014, 8, 6)).findings
    assert "SPY: 27 sessions of history, 300 wanted" in found.confidence_notes.data_quality_flags


def test_prices_are_read_as_of_the_request_and_at_no_other_time():
    market = trending(SPY=0.001)
    research("A", market)
    assert set(market.reads) == {at_new_york(DAY, time(8))}
