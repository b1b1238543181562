"""What is asked before a cycle, or discovery's model, pays anything: keys, models, credit, the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.cycles import CycleModels
from config.preflight import catalogues, place, unreachable
from config.secrets import Secrets
from config.settings import Settings
from core.desk.estimate import WeekEstimate, estimate_agents
from core.desk.spending import CycleSpending, usd
from core.desk.strategy_ports import AgentCheck
from core.errors import PreflightFailed
from core.types import WeekId
from providers.llm.preflight import needs_of, preflight


def agent_check(settings: Settings, secrets: Secrets, models: CycleModels) -> AgentCheck | None:
    """The check of these settings' agents; None where all of them are rules."""
    cast = models.cast
    if all(model.is_rules for model in cast.models):
        return None

    async def check(week: WeekId, agents: Sequence[str]) -> None:
        names = [cast.spec_of(agent).model for agent in agents]
        likely = estimate_agents(cast, models.prices, agents)
        problems = [
            *unreachable(settings, secrets, names),
            *_unaffordable(models.spending(week), likely),
        ]
        if problems:
            raise PreflightFailed(f"nothing was paid: {'; '.join(problems)}")
        needs = needs_of(names, likely, lambda model: place(settings, model))
        await preflight(needs, catalogues(settings, secrets))

    return check


def _unaffordable(spending: CycleSpending, likely: WeekEstimate) -> Iterator[str]:
    """Why these calls would be stopped by the budget of the week, before the first of them."""
    for model in likely.unpriced:
        yield f"there is no price for {model}: add it to prices in config/models.yaml"
    largest = max((line.largest for line in likely.lines), default=likely.likely)
    limit, spent = spending.limit, spending.spent() + spending.reserved()
    if limit is not None and limit - spent < max(likely.likely, largest):
        yield (
            f"strategies have spent {usd(spent)} of {usd(limit)} in week {spending.week_id}, and "
            f"this needs about {usd(likely.likely)}, up to {usd(largest)} reserved for one call: "
            "raise agents week_usd in config/models.yaml"
        )
