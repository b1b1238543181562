"""The market snapshot: every asset's price and indicators, frozen at the run's instant."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import MarketError
from core.keys import MARKET_SNAPSHOT, RUN
from core.market import BarSeries, Defect, DefectKind, MarketBars, Quote
from core.policy import AssetSpec
from core.ports import MarketData
from core.rules.indicators import compute_indicators
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.stage import BaseStage

SESSIONS = 300
"""Enough bars for the longest indicator window (272)."""
BENCHMARK = "SPY"


class MarketSnapshotStage(BaseStage):
    """Reads the universe as known at ``run.as_of``.

    An asset without a trustworthy price (unknown, no bars, bad bars, stale bars) is absent, with the
    reason; other defects are named beside the numbers. MarketError when every asset is absent.
    """

    name = "market_snapshot"
    needs = (RUN,)
    gives = (MARKET_SNAPSHOT,)

    def __init__(self, market: MarketData, assets: Sequence[AssetSpec]) -> None:
        self._market = market
        self._assets = tuple(assets)

    def depends_on(self) -> JsonValue:
        return {
            "source": self._market.source,
            "assets": [asset.model_dump(mode="json") for asset in self._assets],
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        run = context[RUN]
        symbols = [asset.symbol for asset in self._assets]
        # A market may be slow, and the port is synchronous: research must not wait for it.
        reading = await asyncio.to_thread(read_universe, self._market, symbols, run.as_of)
        assets = tuple(
            _asset_snapshot(asset, reading)
            for asset in self._assets
            if asset.symbol not in reading.absent
        )
        if not assets:
            raise MarketError(_nothing_known(self._market.source, run.as_of, reading.absent))
        snapshot = MarketSnapshot(
            week_id=run.week_id,
            as_of=run.as_of,
            source="+".join(dict.fromkeys(bars.source for bars in reading.parts)),
            feed="+".join(dict.fromkeys(bars.feed for bars in reading.parts)),
            adjusted=all(bars.adjusted for bars in reading.parts),
            assets=assets,
            absent=reading.absent,
        )
        return context.bind(MARKET_SNAPSHOT, snapshot)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the market said: bars and quotes of the trustworthy, a reason for each absent symbol."""

    parts: tuple[MarketBars, ...]
    quotes: Mapping[str, Quote]
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def series(self) -> dict[str, BarSeries]:
        return {symbol: one for bars in self.parts for symbol, one in bars.series.items()}

    def defects(self, symbol: str) -> tuple[Defect, ...]:
        return tuple(
            defect for bars in self.parts for defect in bars.defects if defect.symbol == symbol
        )


def read_universe(market: MarketData, symbols: Sequence[str], as_of: datetime) -> Reading:
    """All symbols in one read; symbol by symbol when one of them spoils it."""
    try:
        parts = (market.bars(symbols, as_of, SESSIONS),)
        reading = Reading(parts, market.quotes(symbols, as_of))
    except MarketError:
        reading = _one_by_one(market, symbols, as_of)
    stale = {
        defect.symbol: f"stale prices: {defect.detail}"
        for bars in reading.parts
        for defect in bars.defects
        if defect.kind is DefectKind.STALE
    }
    return Reading(reading.parts, reading.quotes, {**reading.absent, **stale})


def _one_by_one(market: MarketData, symbols: Sequence[str], as_of: datetime) -> Reading:
    parts: list[MarketBars] = []
    quotes: dict[str, Quote] = {}
    absent: dict[str, str] = {}
    for symbol in symbols:
        try:
            bars, quote = market.bars([symbol], as_of, SESSIONS), market.quotes([symbol], as_of)
        except MarketError as error:
            absent[symbol] = str(error)
        else:
            parts.append(bars)
            quotes.update(quote)
    return Reading(tuple(parts), quotes, absent)


def _asset_snapshot(asset: AssetSpec, reading: Reading) -> AssetSnapshot:
    quote = reading.quotes[asset.symbol]
    series = reading.series
    benchmark = None if BENCHMARK in reading.absent else series.get(BENCHMARK)
    return AssetSnapshot(
        symbol=asset.symbol,
        asset_class=asset.asset_class,
        sector=asset.sector,
        shortable=asset.shortable,
        price=quote.price,
        price_kind=quote.kind,
        session=quote.session,
        indicators=compute_indicators(series[asset.symbol], benchmark),
        defects=tuple(
            f"{defect.kind} on {defect.session}: {defect.detail}"
            for defect in reading.defects(asset.symbol)
        ),
    )


def _nothing_known(source: str, as_of: datetime, absent: Mapping[str, str]) -> str:
    symbol, reason = next(iter(absent.items()))
    return (
        f"no asset has a trustworthy price in {source} at {as_of:%Y-%m-%d %H:%M}Z "
        f"({symbol}: {reason}): give newer bars or another date"
    )
