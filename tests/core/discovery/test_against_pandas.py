"""Metric and fuzzy picker against the same rules in plain pandas, on real prices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.discovery.facts import Facts, SymbolFacts
from core.discovery.fuzzy import Holdings, pick_fuzzy
from core.discovery.measures import Measures, measure
from core.discovery.metric import pick_metric
from core.discovery.panel import Panel
from core.discovery.settings import FuzzyScores, MetricFilters
from tests.core.discovery.markets import panel_from
from tests.fakes.plain_discovery import (
    Rules,
    plain_fuzzy,
    plain_measures,
    plain_metric,
    plain_screen,
)
from tests.fixture_files import fixture_path

SECTORS = {"AAPL": "Technology", "XOM": "Energy", "JPM": "Financials"}
HELD = {"Technology": 0.15, "Energy": 0.4}
FACTS = Facts({symbol: SymbolFacts(sector=sector) for symbol, sector in SECTORS.items()})
HOLDINGS = Holdings(sectors=HELD)
COLUMNS = [
    "price",
    "volume_20",
    "dollar_volume_20",
    "relative_volume",
    "rsi_14",
    "volatility_20",
    "distance_sma_20",
    "distance_sma_50",
    "beta_60",
]


@pytest.fixture(scope="module")
def stocks() -> pd.DataFrame:
    frame = pd.read_parquet(fixture_path("market/stocks/us_equities_489_daily_2020_2023.parquet"))
    prices = ["open", "high", "low", "close"]
    return frame.astype({**dict.fromkeys(prices, float), "symbol": str})


@pytest.fixture(scope="module")
def screening() -> pd.DataFrame:
    frame = pd.read_parquet(
        fixture_path("market/screening/us_coarse_11days_2014-03-24_2014-04-07_lean.parquet")
    )
    dates = pd.to_datetime(frame["date"], format="%Y%m%d")
    empty = dict.fromkeys(("open", "high", "low"), np.nan)
    return frame.assign(date=dates, **empty).drop_duplicates(["date", "symbol"])


@pytest.fixture(scope="module", params=[("2020-10-30", 0), ("2023-06-30", 1)], ids=str)
def real(request, stocks) -> tuple[Panel, Measures, pd.DataFrame]:
    """Half a year up to a day: every other symbol, each once, always beside SPY."""
    day, part = request.param
    known = stocks["date"] <= day
    frame = stocks[
        known & ((pd.factorize(stocks["symbol"])[0] % 2 == part) | (stocks["symbol"] == "SPY"))
    ]
    panel, sessions = panel_from(frame)
    return panel, measure(panel), plain_measures(frame, sessions)


def test_every_measure_of_real_stocks_equals_pandas(real):
    panel, measures, plain = real
    rows = [panel.index[symbol] for symbol in plain.index]
    for name in COLUMNS:
        ours = getattr(measures, name)[rows]
        np.testing.assert_allclose(ours, plain[name].to_numpy(dtype=float), rtol=1e-9, err_msg=name)
    for name in ("count", "stale", "missing", "gap", "split"):
        ours = getattr(measures.bars, name)[rows]
        held = plain[name].fillna(0 if name != "split" else -1).to_numpy(dtype=int)
        known = plain["count"].to_numpy() > 0
        np.testing.assert_array_equal(ours[known], held[known], err_msg=name)


def test_the_metric_picks_of_real_stocks_equal_pandas(real):
    panel, measures, plain = real
    for least in (1_000_000, 30_000):
        settings = MetricFilters(tape="consolidated", min_volume=least, min_dollar_volume=1e6)
        ours = pick_metric(panel, measures, FACTS, settings)
        picked = {panel.symbols[row] for row in np.flatnonzero(ours.picked)}
        rules = Rules(volume=least, dollars=1e6)
        assert picked == set(plain.index[plain_metric(plain, 20, rules)])
    assert 40 < len(picked) < 200


def test_the_fuzzy_scores_of_real_stocks_equal_pandas(real):
    panel, measures, plain = real
    ours = pick_fuzzy(panel, measures, FACTS, HOLDINGS, FuzzyScores())
    table = plain_fuzzy(plain, SECTORS, HELD)
    rows = [panel.index[symbol] for symbol in table.index]
    np.testing.assert_allclose(ours.score[rows], table["score"], rtol=1e-9, atol=1e-12)
    for name, values in ours.parts.items():
        np.testing.assert_allclose(values[rows], table[name].astype(float), rtol=1e-9, atol=1e-12)
    fresh = (plain["stale"] == 0) & (plain["count"] >= 20)
    expected = fresh & (table["known"] >= 0.5 - 1e-9) & (table["score"] >= 0.3)
    assert {panel.symbols[row] for row in np.flatnonzero(ours.picked)} == set(table.index[expected])


def test_a_whole_market_of_closes_and_volumes_alone_is_screened_and_says_what_is_unknown(screening):
    panel, sessions = panel_from(screening)
    plain = plain_screen(screening, sessions)
    measures = measure(panel)
    metric = pick_metric(panel, measures, Facts(), MetricFilters(tape="consolidated"))
    picked = {panel.symbols[row] for row in np.flatnonzero(metric.picked)}
    assert len(panel.symbols) > 7_000
    assert picked == set(plain.index[plain_metric(plain, 11)])
    assert 400 < len(picked) < 2_500
    words = metric.pick(panel.index["AAPL"])
    assert "averages are over 11 sessions: the data begin there" in words.unknown
    assert {"spread: nobody knows", "market cap: nobody knows", "beta: nobody knows"} <= set(
        words.unknown
    )
    fuzzy = pick_fuzzy(panel, measures, Facts(), Holdings(), FuzzyScores())
    assert not fuzzy.picked.any()
    told = fuzzy.pick(panel.index["AAPL"])
    assert {"volatility: unknown", "momentum: unknown", "sector: unknown"} <= set(told.unknown)
    assert "only 30% of the weights are known: not picked" in told.unknown


def test_on_iex_volume_alone_a_share_count_is_a_span_and_nothing_is_decided_inside_it(stocks):
    frame = stocks[stocks["date"] <= "2023-06-30"]
    panel, _ = panel_from(frame, feed="alpaca/iex")
    measures = measure(panel)
    ours = pick_metric(panel, measures, Facts(), MetricFilters())
    blind = pick_metric(panel, measures, Facts(), MetricFilters(tape="consolidated"))
    assert ours.picked.sum() > blind.picked.sum()
    for row in range(len(panel.symbols)):
        counted = measures.volume_20[row]
        pick = ours.pick(row)
        if ours.picked[row]:
            assert counted * 25 >= 1_000_000
        elif counted * 25 < 1_000_000 <= counted * 100:
            assert any(
                words.startswith("volume: ") and "on IEX alone" in words for words in pick.unknown
            )
        if np.isfinite(counted):
            assert any("from IEX alone" in words for words in pick.unknown)
