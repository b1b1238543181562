"""Metric and fuzzy picker over a whole market: seconds, and how many times plain pandas takes on it.

python -m benchmarks.bench_discovery [--symbols 11000] [--sessions 130] [--plain]
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from core.discovery.facts import Facts
from core.discovery.fuzzy import Holdings, pick_fuzzy
from core.discovery.measures import measure
from core.discovery.metric import pick_metric
from core.discovery.panel import panel_of
from core.discovery.settings import FuzzyScores, MetricFilters
from core.market import BarSeries, MarketBars
from tests.fakes.plain_discovery import plain_fuzzy, plain_measures, plain_metric

MOST_S = 2.0
REPEATS = 3
NUMBERS = ("open", "high", "low", "close", "volume")


def market(symbols: int, sessions: int, seed: int = 7) -> tuple[MarketBars, list[date]]:
    """Random walks with holes, new listings, dead symbols and splits, as a source gives them."""
    rng = np.random.default_rng(seed)
    days = [day.date() for day in pd.bdate_range(end="2026-11-20", periods=sessions)]
    stamps = np.array(days, dtype="datetime64[D]")
    series = {"SPY": _series("SPY", stamps, rng)}
    for number in range(symbols - 1):
        held = np.ones(sessions, dtype=bool)
        if number % 10 == 0:
            held[rng.integers(0, sessions, 3)] = False
        elif number % 33 == 0:
            held[: rng.integers(1, sessions - 1)] = False
        elif number % 50 == 0:
            held[-rng.integers(1, 40) :] = False
        name = f"S{number:05d}"
        series[name] = _series(name, stamps[held], rng, split=number % 70 == 0)
    as_of = datetime(2026, 11, 20, 21, tzinfo=UTC)
    return MarketBars(as_of, "random walks", "alpaca/sip", adjusted=True, series=series), days


def _series(
    symbol: str, days: np.ndarray, rng: np.random.Generator, *, split: bool = False
) -> BarSeries:
    count = len(days)
    close = rng.uniform(3, 400) * np.exp(np.cumsum(rng.normal(0, 0.02, count)))
    if split and count > 30:
        close[count // 2 :] /= 4
    opened = close * np.exp(rng.normal(0, 0.005, count))
    high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) * 0.996
    volume = np.round(rng.lognormal(14, 1) * rng.uniform(0.5, 2, count))
    return BarSeries(symbol, days, opened, high, low, close, volume)


def fast(bars: MarketBars, days: list[date]) -> tuple[float, float, set[str], set[str]]:
    """Seconds to build the panel, seconds of both pickers, and whom each picked."""
    began = time.perf_counter()
    panel = panel_of(bars, days)
    built = time.perf_counter()
    measures = measure(panel)
    metric = pick_metric(panel, measures, Facts(), MetricFilters())
    fuzzy = pick_fuzzy(panel, measures, Facts(), Holdings(), FuzzyScores())
    ended = time.perf_counter()
    names = np.array(panel.symbols)
    return built - began, ended - built, set(names[metric.picked]), set(names[fuzzy.picked])


def plain(bars: MarketBars, days: list[date]) -> tuple[float, set[str], set[str]]:
    """Seconds of the same rules in pandas, one symbol after the other, and whom they pick."""
    frame = pd.concat(
        pd.DataFrame({"date": pd.DatetimeIndex(one.days), "symbol": symbol}).assign(
            **{name: getattr(one, name) for name in NUMBERS}
        )
        for symbol, one in bars.series.items()
        if len(one)
    )
    began = time.perf_counter()
    found = plain_measures(frame, days)
    needed = min(20, len(days))
    metric = plain_metric(found, needed)
    table = plain_fuzzy(found, {}, {})
    fresh = (found["stale"] == 0) & (found["count"] >= needed)
    fuzzy = fresh & (table["known"] >= 0.5 - 1e-9) & (table["score"] >= 0.3)
    seconds = time.perf_counter() - began
    return seconds, set(found.index[metric]), set(found.index[fuzzy])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--symbols", type=int, default=11_000)
    options.add_argument("--sessions", type=int, default=130)
    options.add_argument("--without-plain", action="store_true", help="our own figures alone")
    chosen = options.parse_args()
    bars, days = market(chosen.symbols, chosen.sessions)
    runs = [fast(bars, days) for _ in range(REPEATS)]
    built, seconds = (min(run[part] for run in runs) for part in (0, 1))
    metric, fuzzy = runs[0][2:]
    print(f"{chosen.symbols} symbols x {chosen.sessions} sessions, best of {REPEATS}")
    print(f"panel from bars       {built:8.3f} s")
    print(f"metric + fuzzy        {seconds:8.3f} s   picked {len(metric)} and {len(fuzzy)}")
    if not chosen.without_plain:
        slow, same_metric, same_fuzzy = plain(bars, days)
        equal = metric == same_metric and fuzzy == same_fuzzy
        print(f"plain pandas          {slow:8.3f} s   ratio {slow / (built + seconds):.0f}")
        print(f"the same picks        {'yes' if equal else 'NO'}")
        if not equal:
            return 1
    print(f"at most {MOST_S:g} s: {'yes' if built + seconds <= MOST_S else 'NO'}")
    return 0 if built + seconds <= MOST_S else 1


if __name__ == "__main__":
    sys.exit(main())
