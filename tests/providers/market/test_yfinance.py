"""Yahoo's prices from frames shaped as yfinance 1.7.0 gives them: the contract, and every failure."""

from __future__ import annotations

import sys
import threading
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from yfinance.exceptions import YFRateLimitError

from core.clock import FixedClock
from core.errors import BadBars, MarketUnavailable, NoBars
from providers.market.yfinance import YfinanceMarket
from tests.contract.market_data import CALENDAR, MarketDataContract
from tests.providers.market.test_alpaca import CLOSED, FRIDAY, LONG_AFTER, OPENED, SESSIONS

SYMBOLS = ("SPY", "TLT")
FIELDS = ("Open", "High", "Low", "Close", "Volume")


def frame_of(symbols=SYMBOLS, days=SESSIONS) -> pd.DataFrame:
    """Columns ("Close", "SPY"), one row a day, as ``group_by="column"`` gives them."""
    index = pd.DatetimeIndex(pd.to_datetime(list(days)), name="Date")
    columns = {}
    for symbol in symbols:
        close = 100 + np.cumsum(np.random.default_rng(len(symbol)).standard_normal(len(days)))
        for field, cells in zip(
            FIELDS, (close - 0.2, close + 1, close - 1, close, close * 0 + 1e6), strict=True
        ):
            columns[field, symbol] = cells
    return pd.DataFrame(columns, index=index).rename_axis(columns=["Price", "Ticker"])


def changed_after(as_of: datetime) -> pd.DataFrame:
    frame = frame_of().astype(object)
    for day in SESSIONS:
        at = pd.Timestamp(day)
        if CALENDAR.session_open(day) > as_of:
            frame.loc[at, "Open"] = "soon"
        if CALENDAR.session_close(day) > as_of:
            for field, cell in (("High", -1.0), ("Low", 3.0), ("Close", "late"), ("Volume", -5)):
                frame.loc[at, field] = cell
    return frame.iloc[::-1]


def market_of(told: object, now=LONG_AFTER, symbols=SYMBOLS, **more) -> YfinanceMarket:
    def download(**asked: object) -> object:
        if isinstance(told, Exception):
            raise told
        return told

    return YfinanceMarket(symbols, CALENDAR, FixedClock(now), download, **more)


class TestContract(MarketDataContract):
    @pytest.fixture
    def market(self):
        return market_of(frame_of())

    @pytest.fixture
    def symbols(self):
        return SYMBOLS

    @pytest.fixture
    def sessions(self):
        return SESSIONS

    @pytest.fixture
    def altered(self):
        return lambda as_of: market_of(changed_after(as_of))


def test_the_question_asks_for_adjusted_days_with_a_time_out():
    asked: list[dict] = []

    def download(**question: object) -> pd.DataFrame:
        asked.append(question)
        return frame_of(("SPY", "BRK-B"))

    market = YfinanceMarket(("SPY", "BRK.B"), CALENDAR, FixedClock(LONG_AFTER), download)
    bars = market.bars(("SPY", "BRK.B"), CLOSED, 5)
    market.quotes(["SPY"], CLOSED)
    assert (bars.source, bars.feed, bars.adjusted) == ("yfinance", "yahoo/daily", True)
    [question] = asked
    assert question["tickers"] == ["SPY", "BRK-B"]
    assert question["auto_adjust"] is True
    assert question["timeout"] > 0
    assert (question["start"], question["end"]) == ("2023-01-01", "2026-11-21")


@pytest.mark.parametrize("present", [["SPY"], SYMBOLS])
def test_a_missing_symbol_is_nobars_and_the_others_are_served(present):
    frame = frame_of(present)
    for field in FIELDS if "TLT" in present else ():
        frame[field, "TLT"] = np.nan
    market = market_of(frame)
    assert len(market.bars(["SPY"], CLOSED, 5).series["SPY"]) == 5
    with pytest.raises(NoBars, match="TLT"):
        market.bars(["TLT"], CLOSED, 5)


def test_a_day_of_empty_cells_is_absent_not_zero():
    frame = frame_of()
    frame.loc[pd.Timestamp(SESSIONS[-3])] = np.nan
    series = market_of(frame).bars(["SPY"], CLOSED, 5).series["SPY"]
    assert SESSIONS[-3] not in series.days.tolist()


@pytest.mark.parametrize("zone", ["America/New_York", "UTC"])
def test_an_index_with_a_time_zone_names_new_york_days(zone):
    frame = frame_of()
    frame.index = frame.index.tz_localize("America/New_York").tz_convert(zone)
    assert market_of(frame).bars(["SPY"], CLOSED, 1).series["SPY"].days[0].item() == FRIDAY


def test_text_for_a_price_is_refused():
    frame = frame_of().astype(object)
    frame.loc[pd.Timestamp(FRIDAY), ("Close", "SPY")] = "n/a"
    with pytest.raises(BadBars, match="SPY 2026-11-20: close"):
        market_of(frame).bars(["SPY"], CLOSED, 5)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (YFRateLimitError(), "rate limited"),
        (ConnectionError("no\nroute"), "ConnectionError: no route"),
        (TypeError("'NoneType' object is not subscriptable"), "TypeError"),
        (None, "gave no prices"),
        (pd.DataFrame(), "gave no prices"),
        (frame_of() * np.nan, "gave no prices"),
    ],
)
def test_failures_and_empty_frames_are_unavailable_in_one_line(told, reason):
    with pytest.raises(MarketUnavailable, match=reason) as caught:
        market_of(told).bars(SYMBOLS, CLOSED, 5)
    assert "\n" not in str(caught.value)


def test_a_download_that_hangs_is_left_alone():
    release = threading.Event()

    def download(**asked: object) -> None:
        release.wait(20)

    market = YfinanceMarket(SYMBOLS, CALENDAR, FixedClock(LONG_AFTER), download, 0.05)
    with pytest.raises(MarketUnavailable, match=r"within 0\.05 s"):
        market.bars(SYMBOLS, CLOSED, 5)
    release.set()


def test_prices_that_have_not_settled_are_not_given():
    for now in (OPENED + timedelta(minutes=10), CLOSED + timedelta(minutes=10)):
        with pytest.raises(MarketUnavailable, match="30 minutes after"):
            market_of(frame_of(), now).quotes(SYMBOLS, now)


def test_the_adapter_alone_does_not_import_yfinance():
    assert "yfinance" not in vars(sys.modules["providers.market.yfinance"])
