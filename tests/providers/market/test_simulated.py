"""The simulated market: the contract, labels, correlation, and bars that never change."""

from __future__ import annotations

import gc
import hashlib
import time as stopwatch
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import in_new_york
from core.errors import BadInput
from core.market import BarSeries, Quote
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from providers.market.simulated_assets import PROFILES, REGIMES
from providers.market.timeline import REMEMBERED
from tests.contract.market_data import CALENDAR, MarketDataContract, columns

START = date(2024, 1, 2)
ETFS = tuple(PROFILES)


def market_of(symbols=("SPY", "TLT"), seed=7, start=START, end=date(2024, 6, 28)):
    return SimulatedMarket(symbols, seed, SimulatedPeriod(start, end), CALENDAR)


def all_bars(market: SimulatedMarket, symbol: str, end: date) -> BarSeries:
    close = CALENDAR.session_close(CALENDAR.session_on_or_before(end))
    return market.bars([symbol], close, 100_000).series[symbol]


class TestContract(MarketDataContract):
    @pytest.fixture
    def market(self):
        return market_of()

    @pytest.fixture
    def symbols(self):
        return ("SPY", "TLT")

    @pytest.fixture
    def sessions(self):
        return CALENDAR.sessions(START, date(2024, 6, 28))

    @pytest.fixture
    def altered(self):
        def ends_another_day(as_of: datetime) -> SimulatedMarket:
            return market_of(end=CALENDAR.session_on_or_after(in_new_york(as_of).date()))

        return ends_another_day


def test_every_number_is_labelled_simulated():
    market = market_of()
    close = CALENDAR.session_close(date(2024, 3, 1))
    assert market.source == "SIMULATED"
    assert market.bars(["SPY"], close, 1).source == "SIMULATED"
    assert market.quotes(["SPY"], close)["SPY"].source == "SIMULATED"
    assert market.quotes(["SPY"], close)["SPY"].feed == "regime-switching seed 7"


@settings(max_examples=15)
@given(st.integers(0, 2**40), st.integers(1, 900), st.integers(1, 900))
def test_a_later_end_or_other_symbols_change_no_bar(seed, days, more):
    sessions = CALENDAR.sessions(START, date(2031, 12, 31))
    short = market_of(("SPY", "USO"), seed, end=sessions[days])
    long = market_of(("USO", "XYZ", "SPY"), seed, end=sessions[days + more])
    for symbol in ("SPY", "USO"):
        assert columns(all_bars(short, symbol, sessions[days])) == columns(
            all_bars(long, symbol, sessions[days])
        )


def test_seeds_differ_and_repeat():
    first, again, other = (all_bars(market_of(seed=s), "SPY", date(2024, 6, 28)) for s in (1, 1, 2))
    assert columns(first) == columns(again)
    assert columns(first) != columns(other)


def test_the_bars_of_a_seed_are_the_same_on_every_machine():
    digest = hashlib.sha256()
    market = market_of(ETFS, seed=20_261_118, end=date(2025, 12, 31))
    for symbol in ETFS:
        digest.update(repr(columns(all_bars(market, symbol, date(2025, 12, 31)))).encode())
    assert digest.hexdigest()[:16] == "576ab2ae65222426"


def test_assets_move_together_by_class_and_crises_are_wilder_than_calm():
    end = date(2035, 12, 31)
    market = market_of(ETFS, seed=3, start=date(2005, 1, 3), end=end)
    moves = {symbol: np.diff(np.log(all_bars(market, symbol, end).close)) for symbol in ETFS}

    def correlation(left: str, right: str) -> float:
        return float(np.corrcoef(moves[left], moves[right])[0, 1])

    assert correlation("GLD", "IAU") > 0.95
    assert correlation("USO", "BNO") > 0.9
    assert correlation("SPY", "QQQ") > 0.85
    assert correlation("TLT", "IEF") > 0.9
    assert correlation("SPY", "TLT") < -0.1
    assert correlation("GLD", "UUP") < -0.2
    assert REGIMES[1].volatility[0] > 2 * REGIMES[0].volatility[0]
    months = moves["SPY"][: len(moves["SPY"]) // 21 * 21].reshape(-1, 21).std(axis=1)
    assert np.quantile(months, 0.98) > 2 * np.median(months)


def test_prices_start_near_the_real_funds():
    market = market_of(ETFS)
    for symbol, profile in PROFILES.items():
        first = all_bars(market, symbol, START).close[0]
        assert first == pytest.approx(profile.start_price, rel=0.15)


def test_a_long_crash_never_brings_a_price_to_zero():
    end = date(2035, 12, 31)
    for seed in range(5):
        bars = all_bars(market_of(("USO",), seed, date(1990, 1, 2), end), "USO", end)
        assert bars.low.min() >= 0.01
        assert np.all(bars.low <= np.minimum(bars.open, bars.close))
        assert np.all(bars.high >= np.maximum(bars.open, bars.close))
        assert np.all(bars.volume > 0)


def test_twelve_symbols_of_fifteen_years_take_less_than_a_second():
    CALENDAR.is_session(START)
    began = stopwatch.process_time()
    market_of(ETFS, start=date(2011, 1, 3), end=date(2025, 12, 31))
    assert stopwatch.process_time() - began < 1.5  # processor time: machines are shared


@pytest.mark.parametrize(
    ("symbols", "start", "end"),
    [((), START, date(2024, 2, 1)), (("SPY",), date(2024, 7, 4), date(2024, 7, 4))],
)
def test_nothing_to_simulate_is_said(symbols, start, end):
    with pytest.raises(BadInput, match="nothing to simulate"):
        market_of(symbols, start=start, end=end)


def test_quotes_asked_long_ago_are_let_go_and_built_again_the_same():
    market = market_of(("SPY",), end=date(2025, 12, 31))
    closes = [CALENDAR.session_close(day) for day in CALENDAR.sessions(START, date(2025, 12, 31))]
    before = held_quotes()
    forwards = [repr(market.quotes(["SPY"], at)) for at in closes]
    assert held_quotes() - before <= REMEMBERED
    assert [repr(market.quotes(["SPY"], at)) for at in reversed(closes)] == forwards[::-1]


def held_quotes():
    gc.collect()
    return sum(isinstance(one, Quote) for one in gc.get_objects())
