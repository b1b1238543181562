"""A day's market in numbers and in words: the same words for what is remembered and what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.market import BarSeries
from core.rules.indicators import compute_indicators

BENCHMARK = "SPY"
TREND = ("return_5d", "return_20d", "return_60d", "distance_sma_200", "drawdown_252")
"""What is said of the benchmark."""
STRONGEST = 2
DECIMALS = 6
CALM, NERVOUS = 0.12, 0.25
"""Annual volatility below which a market is called calm, and above which nervous (0.20 is its mean)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """``figures`` by name and ``sectors`` by their label, fractions except ``vix``; unknown is absent."""

    figures: Mapping[str, float]
    sectors: Mapping[str, float]


def conditions_of(
    series: Mapping[str, BarSeries], sectors: Mapping[str, str], vix: float | None
) -> Conditions:
    """From daily bars up to the day; ``sectors`` is each symbol's label.

    Breadth is the share of symbols above their own mean of 50 sessions. The VIX stands for volatility
    where a source has it, else what SPY's last 20 sessions realised.
    """
    found = {symbol: compute_indicators(one) for symbol, one in series.items()}
    told = found.get(BENCHMARK, {})
    figures = {f"spy_{name}": told.get(name) for name in TREND}
    figures["breadth_50"] = _breadth([one.get("distance_sma_50") for one in found.values()])
    figures["vix"] = vix
    if vix is None:
        figures["spy_realised_volatility_20"] = told.get("realised_volatility_20")
    known = {name: round(value, DECIMALS) for name, value in figures.items() if value is not None}
    return Conditions(known, _by_sector(found, sectors))


def conditions_text(found: Conditions) -> str:
    """Without a date or a price: what makes one day like another."""
    figures = found.figures
    parts = [_trend(figures), _volatility(figures)]
    breadth = figures.get("breadth_50")
    if breadth is not None:
        parts.append(f"{breadth:.0%} of the symbols are above their 50-session mean")
    ranked = sorted(found.sectors.items(), key=lambda one: (-one[1], one[0]))
    if ranked:
        parts.append("strongest sectors " + _listed(ranked[:STRONGEST]))
        parts.append("weakest sectors " + _listed(ranked[::-1][:STRONGEST]))
    return "; ".join(parts)


def _trend(figures: Mapping[str, float]) -> str:
    month, distance = figures.get("spy_return_20d"), figures.get("spy_distance_sma_200")
    if month is None:
        return "the trend of stocks is unknown"
    words = [f"stocks are {_way(month)}, SPY {month:+.1%} in 20 sessions"]
    week = figures.get("spy_return_5d")
    if week is not None:
        words.append(f"{week:+.1%} in the last 5")
    if distance is not None:
        side = "above" if distance >= 0 else "below"
        words.append(f"{abs(distance):.1%} {side} its 200-session mean")
    return ", ".join(words)


def _way(change: float) -> str:
    strength = "sharply " if abs(change) > 0.05 else ""
    if abs(change) < 0.01:
        return "going sideways"
    return f"{strength}{'rising' if change > 0 else 'falling'}"


def _volatility(figures: Mapping[str, float]) -> str:
    vix, realised = figures.get("vix"), figures.get("spy_realised_volatility_20")
    if vix is not None:
        return f"{mood(vix / 100)}, VIX {vix:.0f}"
    if realised is not None:
        return f"{mood(realised)}, realised volatility {realised:.0%} a year (no VIX)"
    return "volatility unknown"


def mood(volatility: float) -> str:
    """A year's volatility (a fraction) in a word."""
    if volatility < CALM:
        return "calm"
    return "nervous" if volatility > NERVOUS else "usual volatility"


def _breadth(distances: Sequence[float | None]) -> float | None:
    known = [distance for distance in distances if distance is not None]
    return float(np.mean([distance > 0 for distance in known])) if known else None


def _by_sector(
    found: Mapping[str, Mapping[str, float | None]], sectors: Mapping[str, str]
) -> dict[str, float]:
    returns: dict[str, list[float]] = {}
    for symbol, told in sorted(found.items()):
        change = told.get("return_5d")
        if change is not None and symbol in sectors:
            returns.setdefault(sectors[symbol], []).append(change)
    return {label: round(float(np.mean(each)), DECIMALS) for label, each in returns.items()}


def _listed(ranked: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{label} {change:+.1%}" for label, change in ranked)
