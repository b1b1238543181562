"""Strategies at work: what a desk's settings make of each that runs cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.agents import AgentCast
from core.clock import Clock, in_new_york
from core.desk.cycle_trades import CycleTrades
from core.desk.spending import CycleSpending
from core.desk.strategy_ports import Strategy
from core.discovery.ports import CompanySource, SectorsOn
from core.policy import AssetSpec
from core.ports import EventStore, LanguageModel, MarketData, Sectors
from core.prices import PriceList
from core.schemas.run import RunSpec
from core.strategy import StrategySpec
from core.types import WeekId
from providers.call_log import CallLog
from providers.llm.budgeted import BudgetedModel
from providers.llm.fallback import FallbackModel, deputies_of
from providers.llm.priced import PricedModel
from providers.llm.recording import RecordingModel
from providers.llm.traced import TracedModel


@dataclass(frozen=True, slots=True)
class CycleModels:
    """The agents' models with their deputies, within the strategies' own budget, every call recorded."""

    store: EventStore
    model: LanguageModel
    cast: AgentCast
    prices: PriceList
    clock: Clock
    _weeks: dict[WeekId, CycleSpending]

    @classmethod
    def of(
        cls,
        store: EventStore,
        model: LanguageModel,
        cast: AgentCast,
        prices: PriceList,
        clock: Clock,
    ) -> CycleModels:
        return cls(store, model, cast, prices, clock, {})

    def __call__(self, run: RunSpec) -> LanguageModel:
        log = CallLog(self.store, run)
        spending = self.spending(run.week_id)
        budgeted = BudgetedModel(PricedModel(self.model, spending.prices), spending)
        asked = FallbackModel(budgeted, deputies_of(self.cast.models), log)
        return RecordingModel(TracedModel(asked), log)

    def spending(self, week: WeekId) -> CycleSpending:
        """One budget a week, the same for all who ask in this process."""
        if week not in self._weeks:
            limit = self.cast.week_usd
            self._weeks[week] = CycleSpending(self.store, week, limit, self.prices, self.clock)
        return self._weeks[week]


def strategies_at_work(
    specs: Sequence[StrategySpec],
    store: EventStore,
    models: CycleModels,
    market: MarketData,
    sectors: Sectors,
) -> tuple[Strategy, ...]:
    """Every strategy that runs cycles, over one market."""
    return tuple(
        Strategy(
            spec=spec,
            agents=models.cast,
            market=market,
            models=models,
            sectors=sectors,
            trades=CycleTrades(store, spec.name, spec.account),
        )
        for spec in specs
        if spec.account is not None
    )


def dated_sectors(
    assets: Sequence[AssetSpec], on: SectorsOn, companies: CompanySource | None = None
) -> Sectors:
    """The sector known on the day, else what config/assets.yaml says, else what discovery was told.

    Nobody is asked here: a cycle's symbols are those that discovery asked about. Others are unknown.
    """
    of_assets = {asset.symbol: asset.sector for asset in assets}

    def sectors(symbols: Sequence[str], as_of: datetime) -> Mapping[str, str]:
        known = on(in_new_york(as_of).date())
        found = {symbol: known.of(symbol) or of_assets.get(symbol) for symbol in symbols}
        unknown = [symbol for symbol, sector in found.items() if not sector]
        told = companies.sectors(unknown, as_of) if companies and unknown else {}
        return {symbol: sector for symbol, sector in {**found, **told}.items() if sector}

    return sectors
