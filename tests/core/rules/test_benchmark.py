"""Benchmarks over a record's sessions, beside shares bought and sold by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.rules.benchmark import PricedSessions, benchmark

DAYS = pd.bdate_range("2021-01-13", periods=130)
NUMBERS = DAYS.to_numpy().astype("datetime64[D]")
MIX = {"SPY": 0.6, "TLT": 0.4}


def priced(seed, first):
    closes = first * np.cumprod(1 + np.random.default_rng(seed).normal(0.0003, 0.01, len(DAYS)))
    return PricedSessions(first, closes)


@pytest.fixture
def prices():
    return {"SPY": priced(1, 400.0), "TLT": priced(2, 150.0)}


def by_hand(prices, weights):
    """Shares bought at the entry and set right at the last close of each month, one by one."""
    shares = {name: weight / prices[name].entry for name, weight in weights.items()}
    growth = [1.0]
    for place, day in enumerate(DAYS):
        worth = sum(held * prices[name].closes[place] for name, held in shares.items())
        growth.append(worth)
        if place + 1 < len(DAYS) and DAYS[place + 1].month != day.month:
            shares = {n: worth * weight / prices[n].closes[place] for n, weight in weights.items()}
    return growth


def test_one_asset_is_held_from_its_entry_price(prices):
    held = benchmark(NUMBERS, prices, {"SPY": 1.0})
    expected = np.concatenate(([1.0], prices["SPY"].closes / 400.0))
    assert held.growth == pytest.approx(expected)
    assert held.coverage == 1.0


def test_a_mix_is_set_right_at_month_ends(prices):
    assert benchmark(NUMBERS, prices, MIX).growth == pytest.approx(by_hand(prices, MIX))


def test_a_mix_never_set_right_would_be_another(prices):
    drift = 0.6 * prices["SPY"].closes / 400.0 + 0.4 * prices["TLT"].closes / 150.0
    assert benchmark(NUMBERS, prices, MIX).growth[-1] != pytest.approx(drift[-1], abs=1e-6)


def test_a_session_without_a_price_keeps_the_one_before_and_is_told(prices):
    prices["TLT"].closes[10:13] = np.nan
    mix = benchmark(NUMBERS, prices, MIX)
    assert mix.coverage == pytest.approx(127 / 130)
    only = benchmark(NUMBERS, prices, {"TLT": 1.0}).growth
    assert (only[11:14] == only[10]).all()


def test_what_could_not_be_bought_is_no_rival(prices):
    assert benchmark(NUMBERS, {"SPY": prices["SPY"]}, MIX) is None
    prices["TLT"].closes[0] = np.nan
    assert benchmark(NUMBERS, prices, MIX) is None
    assert benchmark(NUMBERS[:0], prices, MIX) is None
