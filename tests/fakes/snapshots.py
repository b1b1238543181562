"""Snapshots and briefs made to measure: calm or stressed markets, real weeks, any one number changed."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache

import numpy as np
import pyarrow.parquet as pq

from core.clock import at_new_york
from core.market import BarSeries, PriceKind
from core.rules.indicators import compute_indicators
from core.schemas.briefs import AnonymousPitch, PitchBrief, ReviewBrief
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import PitchAnswer
from core.schemas.research import ResearchOutcome
from core.types import WeekId, to_price
from tests.fixture_files import fixture_path

DAY = date(2024, 3, 6)
CLASSES = {
    "SPY": "equity",
    "QQQ": "equity",
    "IWM": "equity",
    "TLT": "treasury",
    "IEF": "treasury",
    "HYG": "credit",
    "LQD": "credit",
    "UUP": "currency",
    "GLD": "precious_metal",
    "IAU": "precious_metal",
    "USO": "energy",
    "BNO": "energy",
}
UNSHORTABLE = ("LQD", "USO")
QUIET = {
    "return_1d": 0.0,
    "return_5d": 0.0,
    "return_20d": 0.0,
    "return_60d": 0.0,
    "sma_20": 100.0,
    "sma_50": 100.0,
    "sma_200": 100.0,
    "distance_sma_20": 0.0,
    "distance_sma_50": 0.0,
    "distance_sma_200": 0.0,
    "rsi_14": 50.0,
    "macd": 0.0,
    "macd_signal": 0.0,
    "macd_histogram": 0.0,
    "atr_14": 1.0,
    "realised_volatility_20": 0.16,
    "zscore_return_20d": 0.0,
    "correlation_spy_60": 0.5,
    "drawdown_252": 0.0,
    "relative_volume_20": 1.0,
}
"""An asset at 100 to which nothing happened."""


def asset(symbol: str, *, shortable: bool | None = None, **indicators: float | None):
    """A quiet asset at 100 USD, with the indicators given instead."""
    return AssetSnapshot(
        symbol=symbol,
        asset_class=CLASSES[symbol],
        sector=CLASSES[symbol],
        shortable=symbol not in UNSHORTABLE if shortable is None else shortable,
        price=Decimal(100),
        price_kind=PriceKind.CLOSE,
        session=DAY,
        indicators={**QUIET, **indicators},
    )


def snapshot(*assets: AssetSnapshot, day: date = DAY) -> MarketSnapshot:
    return MarketSnapshot(
        week_id=WeekId(day.isoformat()),
        as_of=datetime.combine(day, time(13), tzinfo=UTC),
        source="test",
        feed="tape",
        adjusted=True,
        assets=assets,
    )


def pitch_brief(market: MarketSnapshot, pack_a: ResearchOutcome | None = None) -> PitchBrief:
    """Pack B is missing, and A too unless it is given."""
    missing = {name: ResearchOutcome(source=name, missing_because="timed out") for name in "AB"}
    return PitchBrief(
        week_id=market.week_id,
        as_of=market.as_of,
        snapshot=market,
        pack_a=pack_a or missing["A"],
        pack_b=missing["B"],
    )


def anonymous(label: str, pitch: PitchAnswer, **changes: object) -> AnonymousPitch:
    """The pitch as another seat sees it, with whatever is changed."""
    shown = pitch.model_dump(exclude={"consensus_map"})
    packs = pitch.consensus_map
    shown |= {
        "label": label,
        "agrees_with_pack_a": packs.gemini_research,
        "agrees_with_pack_b": packs.perplexity_research,
    }
    return AnonymousPitch.model_validate({**shown, **changes})


def review_brief(market: MarketSnapshot, *pitches: AnonymousPitch) -> ReviewBrief:
    return ReviewBrief(week_id=market.week_id, as_of=market.as_of, snapshot=market, pitches=pitches)


@cache
def real_bars() -> dict[str, BarSeries]:
    """The twelve funds' daily bars, 2014 to 2021, from the fixtures."""
    path = fixture_path("market/universe/etf12_daily_adjusted_2014_2021.parquet")
    frame = pq.read_table(path).to_pandas().sort_values("date")
    names = ("open", "high", "low", "close", "volume")
    return {
        str(symbol): BarSeries(
            str(symbol),
            rows["date"].to_numpy("datetime64[D]"),
            *(rows[name].to_numpy(float) for name in names),
        )
        for symbol, rows in frame.groupby("symbol")
    }


def known_bars(day: date, sessions: int = 300) -> dict[str, BarSeries]:
    """The real bars known before ``day`` opens."""
    return {
        symbol: series.slice(slice(0, int(np.searchsorted(series.days, np.datetime64(day))))).last(
            sessions
        )
        for symbol, series in real_bars().items()
    }


@cache
def real_snapshot(day: date) -> MarketSnapshot:
    """The real market as it stood on ``day`` at 08:00 in New York."""
    bars = known_bars(day)
    assets = tuple(
        AssetSnapshot(
            symbol=symbol,
            asset_class=CLASSES[symbol],
            sector=CLASSES[symbol],
            shortable=symbol not in UNSHORTABLE,
            price=to_price(float(series.close[-1])),
            price_kind=PriceKind.CLOSE,
            session=series.days[-1].item(),
            indicators=compute_indicators(series, bars["SPY"]),
        )
        for symbol, series in bars.items()
    )
    market = snapshot(*assets, day=day)
    return market.model_copy(update={"as_of": at_new_york(day, time(8))})


def scrambled(symbol: str, seed: int) -> AssetSnapshot:
    """Numbers that depend on the seed alone, some of them unknown."""

    def number(name: str, low: float, high: float) -> float | None:
        place = math.sin(seed * 12.9898 + sum(map(ord, symbol + name)) * 78.233) * 43758.5453
        share = place - math.floor(place)
        return None if share < 0.05 else low + (high - low) * share

    ranges = {
        "return_5d": (-0.1, 0.1),
        "return_20d": (-0.3, 0.3),
        "return_60d": (-0.5, 0.5),
        "distance_sma_50": (-0.2, 0.2),
        "distance_sma_200": (-0.3, 0.3),
        "rsi_14": (0, 100),
        "macd_histogram": (-2, 2),
        "realised_volatility_20": (0.0, 1.2),
        "zscore_return_20d": (-4, 4),
        "correlation_spy_60": (-1, 1),
        "drawdown_252": (-0.6, 0),
    }
    return asset(symbol, **{name: number(name, *ends) for name, ends in ranges.items()})
