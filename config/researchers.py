"""Who researches a pack: a vendor where its key is there, a prompted model after it, rules at last."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

from config.secrets import Secrets
from config.settings import Settings
from core.desk.spending import WeekSpending
from core.policy import DeskPolicy
from core.ports import CallProgress, LanguageModel, MarketData, Researcher, TradingCalendar, unheard
from core.prices import Price
from core.profile import ModelSpec, ResearcherSpec
from core.rendering import PromptLibrary
from providers.call_log import CallLog
from providers.research.chain import ChainResearcher
from providers.research.editor import PackEditor
from providers.research.gemini_deep_research import GeminiDeepResearch
from providers.research.job import JobVendor
from providers.research.job_researcher import JobResearcher, JobTerms
from providers.research.perplexity_agent import PerplexityAgent
from providers.research.prompted import PromptedResearcher
from providers.research.rules import RulesResearcher

GEMINI, PERPLEXITY = "gemini/", "perplexity/agent-"
Vendors: TypeAlias = Callable[[str], JobVendor | str | None]
"""A researcher's name → its vendor, why it cannot be asked, or None for who is no vendor."""


def is_vendor(name: str) -> bool:
    """Whether the name is that of a vendor's deep research."""
    return name.startswith((GEMINI, PERPLEXITY))


def no_vendors(_name: str) -> None:
    """Nobody sells deep research."""


def research_vendors(settings: Settings, secrets: Secrets) -> Vendors:
    """Gemini Deep Research and Perplexity's Agent, as far as their keys are there."""
    gemini, perplexity = secrets.gemini_api_key, secrets.perplexity_api_key

    def of(name: str) -> JobVendor | str | None:
        if name.startswith(GEMINI):
            if gemini is None:
                return "no GEMINI_API_KEY in .env"
            return GeminiDeepResearch(gemini, name.removeprefix(GEMINI), **_at(settings, "gemini"))
        if name.startswith(PERPLEXITY):
            if perplexity is None:
                return "no PERPLEXITY_API_KEY in .env"
            preset = name.removeprefix(PERPLEXITY)
            return PerplexityAgent(perplexity, preset, **_at(settings, "perplexity"))
        return None

    return of


def _at(settings: Settings, name: str) -> dict[str, Any]:
    spec = settings.endpoints.get(name)
    return {} if spec is None or spec.base_url is None else {"base_url": spec.base_url}


@dataclass(frozen=True, slots=True)
class ResearchDesk:
    """Builds the researcher of a pack for one run, whose ``model`` and ``log`` record what it asks."""

    policy: DeskPolicy
    prompts: PromptLibrary
    market: MarketData
    calendar: TradingCalendar
    model: LanguageModel
    log: CallLog
    spending: WeekSpending
    vendors: Vendors
    heard: CallProgress = unheard

    def researcher(self, pack: str, spec: ResearcherSpec) -> Researcher:
        """The researcher itself where it stands alone, else its chain."""
        links = tuple((one.model, self._link(pack, one, spec.editor)) for one in spec.lineage)
        first = links[0][1]
        if len(links) == 1 and not isinstance(first, str):
            return first
        return ChainResearcher(links, self.log)

    def _link(self, pack: str, one: ModelSpec, editor: ModelSpec | None) -> Researcher | str:
        if one.is_rules:
            return RulesResearcher(self.market, pack, self.policy.assets, self.calendar)
        vendor = self.vendors(one.model)
        settings = self.policy.profile.settings_for("research")
        if vendor is None:
            return PromptedResearcher(self.model, self.prompts, settings, one.model)
        if isinstance(vendor, str):
            return vendor
        if editor is None:
            return f"pack {pack} has no editor in config/models.yaml to bring its report into form"
        price = self.spending.prices.of(one.model)
        if price is None and self.spending.limit is not None:
            return f"no price for {one.model}, and a budget is set: add it to prices in config/models.yaml"
        edit = PackEditor(self.model, self.prompts, settings, editor.model)
        return JobResearcher(vendor, self.log, edit, self.prompts, self._terms(price))

    def _terms(self, price: Price | None) -> JobTerms:
        """A job's fee is set aside from before its creation until its end is in the log."""
        if price is None:
            return JobTerms(progress=self.heard)

        def reserve(call: str, model: str) -> AbstractContextManager[None]:
            return self.spending.reserve(call, model, price.request)

        return JobTerms(reserve=reserve, price=price, progress=self.heard)
