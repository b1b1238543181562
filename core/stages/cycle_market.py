"""The cycle's market: everything the agents will see, read once and frozen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import MarketError
from core.keys import CYCLE, CYCLE_MARKET, RUN
from core.market import BarSeries, DefectKind
from core.ports import MarketData, NewsFeed, Recall, Sectors
from core.rules.indicators import compute_indicators
from core.schemas.cycle import CycleAccount, CycleMarket, CycleSpec, CycleSymbol
from core.stage import BaseStage
from core.stages.asking import shortened
from core.stages.cycle_heard import Heard, hear_news, recalled
from core.stages.market_snapshot import Reading, read_universe

VOLUME_SESSIONS = 20
DECIMALS = 10


class CycleBooks(Protocol):
    """The strategy's account as a cycle finds it."""

    def symbols(self) -> Sequence[str]:
        """What is held or under way."""
        ...

    def account(
        self, prices: Mapping[str, Decimal], sectors: Mapping[str, str], as_of: datetime
    ) -> CycleAccount:
        """Valued at ``prices`` (USD a share); NoBars for a held symbol without one."""
        ...


@dataclass(frozen=True, slots=True)
class Senses:
    """What a cycle looks through; without ``news`` or ``recall`` it says that there are none."""

    market: MarketData
    books: CycleBooks
    sectors: Sectors
    benchmark: str
    news: NewsFeed | None = None
    recall: Recall | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All of a `CycleMarket` but its account, with the prices (USD) and sectors to value that by."""

    values: Mapping[str, Any]
    prices: Mapping[str, Decimal]
    sectors: Mapping[str, str]


class CycleMarketStage(BaseStage):
    """Reads what was known at ``run.as_of``: candidates, what is held, and the benchmark.

    A symbol without a trustworthy price is absent, with the reason. What is held is valued at its
    newest price however old that is. NoBars when something held has no price at all.
    """

    name = "cycle_market"
    needs = (RUN, CYCLE)
    gives = (CYCLE_MARKET,)

    def __init__(self, senses: Senses) -> None:
        self._senses = senses

    def depends_on(self) -> JsonValue:
        senses = self._senses
        return {
            "source": senses.market.source,
            "benchmark": senses.benchmark,
            "news": senses.news is not None,
            "recall": senses.recall is not None,
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        as_of, books = context[RUN].as_of, self._senses.books
        held = books.symbols()
        # Bars, headlines and neighbours come over wires; the ports are synchronous.
        seen = await asyncio.to_thread(self._look, context[CYCLE], held, as_of)
        account = books.account(seen.prices, seen.sectors, as_of)
        return context.bind(CYCLE_MARKET, CycleMarket(account=account, **seen.values))

    def _look(self, spec: CycleSpec, held: Sequence[str], as_of: datetime) -> Seen:
        senses = self._senses
        names = list(dict.fromkeys([*spec.symbols, *held]))
        reading = read_universe(senses.market, [*names, senses.benchmark], as_of)
        sectors = senses.sectors(names, as_of)
        heard = hear_news(senses.news, names, as_of)
        seen = {
            name: _symbol(name, reading, senses.benchmark, sectors.get(name), heard)
            for name in dict.fromkeys([*names, senses.benchmark])
            if name not in reading.absent
        }
        prices = {name: one.price for name, one in seen.items()}
        prices |= self._last_prices([name for name in held if name not in prices], as_of)
        found = [seen[name] for name in names if name in seen]
        symbols, forgotten = recalled(senses.recall, found, as_of)
        values = {
            "as_of": as_of,
            "source": senses.market.source,
            "feed": "+".join(dict.fromkeys(bars.feed for bars in reading.parts)),
            "adjusted": all(bars.adjusted for bars in reading.parts),
            "symbols": symbols,
            "absent": {
                name: shortened(why) for name, why in reading.absent.items() if name in names
            },
            "benchmark": seen.get(senses.benchmark),
            "known_setups": not forgotten,
            "memory": forgotten,
            "news": heard.silence,
            "news_source": heard.source,
        }
        return Seen(values, prices, sectors)

    def _last_prices(self, symbols: Iterable[str], as_of: datetime) -> Mapping[str, Decimal]:
        """What is held and not to be trusted is still worth what it last cost."""
        found: dict[str, Decimal] = {}
        for symbol in symbols:
            try:
                found[symbol] = self._senses.market.quotes([symbol], as_of)[symbol].price
            except MarketError:
                continue
        return found


def _symbol(
    name: str, reading: Reading, benchmark: str, sector: str | None, heard: Heard
) -> CycleSymbol:
    quote, series = reading.quotes[name], reading.series[name]
    other = None if benchmark in reading.absent else reading.series.get(benchmark)
    volume, dollars = _usual(series.volume), _usual(series.close * series.volume)
    return CycleSymbol(
        symbol=name,
        price=quote.price,
        price_kind=quote.kind,
        session=quote.session,
        known_at=quote.known_at,
        sector=sector,
        average_volume=volume,
        dollar_volume=dollars,
        indicators=compute_indicators(series, other),
        defects=tuple(
            f"{one.kind} on {one.session}: {one.detail}" for one in reading.defects(name)[-3:]
        ),
        suspect=_hides_a_split(reading, name, series),
        headlines=heard.of(name),
    )


def _usual(values: np.typing.NDArray[np.float64]) -> float | None:
    """The mean of the last 20 sessions; None with fewer, or with one that is unknown."""
    recent = values[-VOLUME_SESSIONS:]
    if len(recent) < VOLUME_SESSIONS or not bool(np.all(np.isfinite(recent))):
        return None
    return round(float(np.mean(recent)), DECIMALS)


def _hides_a_split(reading: Reading, name: str, series: BarSeries) -> bool:
    """Within the sessions that volume and momentum are taken from."""
    since = series.days[-VOLUME_SESSIONS:][0].astype(object)
    return any(
        one.kind is DefectKind.SUSPECTED_SPLIT and one.session >= since
        for one in reading.defects(name)
    )
