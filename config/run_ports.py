"""The ports of one run: live ones that record what they hear, or replayed ones that know nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from config.researchers import ResearchDesk, Vendors, no_vendors
from core.desk.desk import RunPorts
from core.desk.recalled import recorded_recall
from core.desk.spending import WeekSpending
from core.policy import DeskPolicy
from core.ports import (
    CallProgress,
    EventStore,
    LanguageModel,
    MarketData,
    Recall,
    TradingCalendar,
    unheard,
)
from core.profile import ModelSpec
from core.rendering import PromptLibrary
from core.schemas.run import RunSpec
from core.types import WeekId
from providers.call_log import CallLog
from providers.llm.budgeted import BudgetedModel
from providers.llm.fallback import FallbackModel, lineages_of
from providers.llm.priced import PricedModel
from providers.llm.recording import RecordingModel
from providers.llm.replay import ReplayModel
from providers.llm.replayed_stops import ReplayedStops
from providers.llm.traced import TracedModel
from providers.market.recording import RecordingMarket
from providers.market.replayed import ReplayedRunMarket
from providers.research.recording import RecordingResearcher, ReplayResearcher


@dataclass(frozen=True, slots=True)
class LiveProviders:
    """Everything a run may ask, each port wrapped so that its calls are events of that run."""

    store: EventStore
    policy: DeskPolicy
    prompts: PromptLibrary
    model: LanguageModel
    market: MarketData
    calendar: TradingCalendar
    spending: Callable[[WeekId], WeekSpending]
    vendors: Vendors = no_vendors
    heard: CallProgress = unheard
    recall: Recall | None = None
    check: Callable[[], Awaitable[None]] | None = None
    """What must hold before anything is paid; None where nothing is."""

    async def preflight(self) -> None:
        if self.check is not None:
            await self.check()

    def under(self, policy: DeskPolicy, prompts: PromptLibrary) -> LiveProviders:
        return replace(self, policy=policy, prompts=prompts)

    def for_run(self, run: RunSpec) -> RunPorts:
        log = CallLog(self.store, run)
        model = RecordingModel(TracedModel(self._asked(run, log)), log)
        desk = self._research(run, model, log)
        return RunPorts(
            model=model,
            researchers={
                pack: RecordingResearcher(desk.researcher(pack, spec), log, spec.model)
                for pack, spec in self.policy.profile.researchers.items()
            },
            market=RecordingMarket(self.market, log),
            recall=self.recall if self.policy.memory.council else None,
        )

    def _asked(self, run: RunSpec, log: CallLog) -> LanguageModel:
        """The desk's models with their deputies, within the week's budget, every answer priced."""
        spending = self.spending(run.week_id)
        budgeted = BudgetedModel(PricedModel(self.model, spending.prices), spending)
        return FallbackModel(budgeted, lineages_of(self.policy.profile), log)

    def _research(self, run: RunSpec, model: LanguageModel, log: CallLog) -> ResearchDesk:
        return ResearchDesk(
            policy=self.policy,
            prompts=self.prompts,
            market=self.market,
            calendar=self.calendar,
            model=model,
            log=log,
            spending=self.spending(run.week_id),
            vendors=self.vendors,
            heard=self.heard,
        )


@dataclass(frozen=True, slots=True)
class ReplayProviders:
    """Answers from ``recorded`` alone; what the replay itself does is recorded in ``scratch``."""

    recorded: EventStore
    scratch: EventStore
    models: Mapping[str, ModelSpec]
    source: str

    async def preflight(self) -> None:
        """A replay pays nobody."""

    def under(self, policy: DeskPolicy, prompts: PromptLibrary) -> ReplayProviders:
        """What was recorded is what is answered, whatever the settings."""
        return self

    def for_run(self, run: RunSpec) -> RunPorts:
        heard, log = CallLog(self.recorded, run), CallLog(self.scratch, run)
        return RunPorts(
            model=RecordingModel(ReplayedStops(ReplayModel(heard), heard), log),
            researchers={
                pack: RecordingResearcher(ReplayResearcher(heard, spec.model), log, spec.model)
                for pack, spec in self.models.items()
            },
            market=RecordingMarket(ReplayedRunMarket(heard, self.source), log),
            recall=recorded_recall(self.recorded, run),
        )
