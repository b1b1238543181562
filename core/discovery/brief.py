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
from core.rules.conditions import Conditions
from core.rules.conditions import conditions_text as remembered_as
from core.rules.situation import situation_text
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
    """The market in the words in which memory keeps days, to look for days like it."""
    told = {
        "spy_return_5d": view.returns.get("5 sessions"),
        "spy_return_20d": view.returns.get("20 sessions"),
    }
    figures = {name: value for name, value in told.items() if value is not None}
    return remembered_as(Conditions(figures, view.sector_returns))


def setup_words(sector: str | None, measures: Measures, row: int) -> str:
    """One symbol's setup in the words in which memory keeps setups."""
    values = {
        "return_20d": measures.return_20,
        "distance_sma_50": measures.distance_sma_50,
        "realised_volatility_20": measures.volatility_20,
        "rsi_14": measures.rsi_14,
        "relative_volume_20": measures.relative_volume,
    }
    known = {name: _known(column[row]) for name, column in values.items()}
    return situation_text(sector, known)


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
