"""Everything a run may ask: language models, research vendors, within the budget of its week."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from config.language_models import language_models, price_list
from config.own_keys import secrets_of
from config.preflight import preflight_of
from config.researchers import research_vendors
from config.run_ports import LiveProviders
from config.settings import Settings
from config.wiring.memory import memory_of
from config.wiring.prices import calendar
from core.clock import Clock
from core.desk.spending import WeekSpending
from core.ports import CallProgress, MarketData, unheard
from core.rendering import MEMORY_PROMPTS, PromptLibrary, load_builtin
from core.types import WeekId
from storage.event_store import SqlEventStore


@cache
def prompts(*, recalling: bool = False) -> PromptLibrary:
    """The project's own; ``recalling`` with those of a council that is told of similar weeks."""
    return load_builtin(*([MEMORY_PROMPTS] if recalling else []))


def prompts_for(settings: Settings) -> PromptLibrary:
    return prompts(recalling=settings.policy.memory.council)


def live_providers(
    settings: Settings,
    store: SqlEventStore,
    market: MarketData,
    clock: Clock,
    heard: CallProgress = unheard,
) -> LiveProviders:
    secrets = secrets_of(settings)
    return LiveProviders(
        store=store,
        policy=settings.policy,
        prompts=prompts_for(settings),
        model=language_models(settings, secrets, heard),
        market=market,
        calendar=calendar(),
        spending=week_spending(settings, store, clock),
        vendors=research_vendors(settings, secrets),
        heard=heard,
        recall=memory_of(settings, store) if settings.policy.memory.council else None,
        check=preflight_of(settings, secrets),
    )


def week_spending(
    settings: Settings, store: SqlEventStore, clock: Clock
) -> Callable[[WeekId], WeekSpending]:
    """Each week's budget, one and the same for all who ask in this process."""
    known: dict[WeekId, WeekSpending] = {}
    limit, listed = settings.budget.week_usd, price_list(settings)

    def of(week_id: WeekId) -> WeekSpending:
        if week_id not in known:
            known[week_id] = WeekSpending(store, week_id, limit, listed, clock)
        return known[week_id]

    return of
