"""What the model picker is shown: portfolio, market at its last close, most traded symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.facts import NO_SECTOR, Facts
from core.discovery.fuzzy import Holdings
from core.discovery.measures import Measures
from core.discovery.panel import Panel
from core.market import Floats
from core.schemas.discovery import CandidateRow, DiscoveryBrief, HeldShare, MarketView
from core.schemas.setups import Neighbour

FEWEST_OF_A_SECTOR = 5
"""Fewer symbols than this are no sector's return."""
SHOWN_DECIMALS = 6


def discovery_brief(  # noqa: PLR0913 - each is one part of what is shown
    panel: Panel,
    measures: Measures,
    facts: Facts,
    *,
    strategy: str,
    holdings: Holdings,
    may: Bools,
    watchlist: Sequence[str],
    conditions: Sequence[Neighbour],
    candidates: int,
    max_picks: int,
    benchmark: str,
) -> DiscoveryBrief:
    """Candidates are the symbols with the largest dollar volume among those that may be suggested."""
    size = np.where(may, np.nan_to_num(measures.dollar_volume_20, nan=-1.0), -np.inf)
    order = np.lexsort((np.array(panel.symbols, dtype=str), -size))
    rows = [int(row) for row in order[:candidates] if may[row]]
    return DiscoveryBrief(
        strategy=strategy,
        as_of=panel.as_of,
        last_session=panel.last_day,
        source=panel.source,
        feed=panel.feed,
        adjusted=panel.adjusted,
        universe=len(panel.symbols),
        holdings=tuple(
            HeldShare(
                symbol=symbol, sector=facts.of(symbol).sector or NO_SECTOR, share=round(share, 6)
            )
            for symbol, share in sorted(holdings.shares.items())
        ),
        watchlist=tuple(watchlist),
        market=market_view(panel, measures, facts, may, benchmark),
        candidates=tuple(_row(panel, measures, facts, row) for row in rows),
        conditions=tuple(conditions),
        max_picks=max_picks,
    )


def market_view(
    panel: Panel, measures: Measures, facts: Facts, may: Bools, benchmark: str
) -> MarketView:
    above = measures.distance_sma_20[may]
    row = panel.index.get(benchmark)
    close = None if row is None else measures.bars.close[row]
    return MarketView(
        benchmark=benchmark,
        returns={f"{n} sessions": None if close is None else _return(close, n) for n in (1, 5, 20)},
        above_sma_20=_known(float(np.mean(above[np.isfinite(above)] > 0)))
        if np.isfinite(above).any()
        else None,
        median_return_20=_median(measures.return_20[may]),
        median_volatility=_median(measures.volatility_20[may]),
        sector_returns=_sector_returns(panel, measures, facts, may),
    )


def conditions_text(view: MarketView) -> str:
    """The market in words, to look for days like it."""
    words = [
        f"{view.benchmark} {name} {value:+.1%}"
        for name, value in view.returns.items()
        if value is not None
    ]
    if view.above_sma_20 is not None:
        words.append(f"{view.above_sma_20:.0%} of symbols above their 20-session mean")
    if view.median_volatility is not None:
        words.append(f"median volatility {view.median_volatility:.0%}")
    best = sorted(view.sector_returns.items(), key=lambda item: (-item[1], item[0]))
    words += [f"{name} {value:+.1%}" for name, value in best]
    return "; ".join(words) or "nothing is known of the market"


def setup_words(symbol: str, sector: str | None, measures: Measures, row: int) -> str:
    """One symbol's setup in words, as memory keeps setups: without prices or dates."""
    words = [f"{symbol}, sector {sector or NO_SECTOR}"]
    for told, values in (
        ("return over 20 sessions", measures.return_20),
        ("distance from the 50-session mean", measures.distance_sma_50),
        ("volatility a year", measures.volatility_20),
    ):
        if np.isfinite(values[row]):
            words.append(f"{told} {values[row]:+.1%}")
    strength = measures.rsi_14[row]
    if np.isfinite(strength):
        side = "overbought" if strength > 70 else "oversold" if strength < 30 else "neutral"
        words.append(f"RSI {strength:.0f} ({side})")
    if np.isfinite(measures.relative_volume[row]):
        words.append(f"volume {measures.relative_volume[row]:.1f} times its usual")
    return "; ".join(words)


def _row(panel: Panel, measures: Measures, facts: Facts, row: int) -> CandidateRow:
    symbol = panel.symbols[row]
    return CandidateRow(
        symbol=symbol,
        sector=facts.of(symbol).sector,
        price=round(float(measures.price[row]), 4),
        dollar_volume=_known(measures.dollar_volume_20[row]),
        relative_volume=_known(measures.relative_volume[row]),
        rsi=_known(measures.rsi_14[row]),
        volatility=_known(measures.volatility_20[row]),
        distance_sma_20=_known(measures.distance_sma_20[row]),
        distance_sma_50=_known(measures.distance_sma_50[row]),
        return_20=_known(measures.return_20[row]),
    )


def _sector_returns(
    panel: Panel, measures: Measures, facts: Facts, may: Bools
) -> Mapping[str, float]:
    """Mean 20-session return of each sector with enough symbols."""
    found: dict[str, list[float]] = {}
    for row in np.flatnonzero(may & np.isfinite(measures.return_20)):
        sector = facts.of(panel.symbols[row]).sector
        if sector is not None:
            found.setdefault(sector, []).append(float(measures.return_20[row]))
    return {
        sector: round(float(np.mean(values)), SHOWN_DECIMALS)
        for sector, values in sorted(found.items())
        if len(values) >= FEWEST_OF_A_SECTOR
    }


def _return(close: Floats, sessions: int) -> float | None:
    return _known(close[-1] / close[-1 - sessions] - 1) if len(close) > sessions else None


def _median(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return _known(float(np.median(known))) if len(known) else None


def _known(value: float) -> float | None:
    return round(float(value), SHOWN_DECIMALS) if np.isfinite(value) else None
