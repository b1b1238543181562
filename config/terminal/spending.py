"""What calls cost, for a terminal: before a run as an estimate, after it line by line."""

from __future__ import annotations

from decimal import Decimal

from config.language_models import price_list
from config.settings import Settings
from config.terminal import show
from core.desk.estimate import WeekEstimate, estimate_week
from core.desk.spending import usd
from core.schemas.model_call import CostSource
from core.types import WeekId
from storage.event_store import SqlEventStore
from storage.queries.costs import CostLine, WeekCosts, mean_tokens, week_costs
from storage.queries.reader import StoreReader

SOURCES = {CostSource.PROVIDER: "provider", CostSource.PRICE_TABLE: "price table"}


def estimate(settings: Settings, store: SqlEventStore) -> WeekEstimate:
    """What a week is likely to cost, from past weeks of this store where there are any."""
    past = mean_tokens(StoreReader(store.engine))
    return estimate_week(settings.policy, price_list(settings), past)


def estimate_line(settings: Settings, store: SqlEventStore, week_id: WeekId) -> str | None:
    """One line before a run that may cost something; None where nobody is paid."""
    found = estimate(settings, store)
    if not found.lines:
        return None
    spent = week_costs(StoreReader(store.engine), week_id).total_usd
    limit = settings.budget.week_usd
    bound = f"{usd(limit)} a week" if limit is not None else "no budget set"
    return f"a week is likely to cost {found}; spent so far {usd(spent)}, budget: {bound}"


def costs(settings: Settings, found: WeekCosts, *, as_json: bool) -> None:
    """Every stage and model with its calls, tokens and cost, where the figures come from, the stops."""
    limit = settings.budget.week_usd
    if as_json:
        show.as_json(_plain(found, limit))
        return
    if not found.lines:
        show.line(f"week {found.week_id}: no model was asked")
        return
    heads = ["stage", "asked", "served by", "calls", "failed", "in", "out", "cost", "from"]
    show.table(heads, [_row(line) for line in found.lines])
    of = f" of {usd(limit)}" if limit is not None else ""
    show.line(f"week {found.week_id}: {usd(found.total_usd)}{of}")
    for stop in found.stops:
        show.line(f"stopped before {stop.call} on {stop.model}: {usd(stop.spent_usd)} were spent")
    for call in found.unanswered:
        show.line(f"{call} was asked and has no recorded end: it may have been billed")


def _row(line: CostLine) -> list[object]:
    sources = [name for source, name in SOURCES.items() if source in line.cost]
    unknown = [f"{line.unknown} unknown"] if line.unknown else []
    return [
        line.stage,
        line.model,
        ", ".join(line.served) or "nobody",
        line.calls,
        f"{line.failed} ({line.fell_back} to a deputy)" if line.fell_back else line.failed,
        line.prompt_tokens,
        line.completion_tokens,
        usd(line.cost_usd),
        ", ".join([*sources, *unknown]) or "free",
    ]


def _plain(found: WeekCosts, limit: Decimal | None) -> dict[str, object]:
    return {
        "week_id": found.week_id,
        "total_usd": found.total_usd,
        "budget_usd": limit,
        "by_source": {source.value: cost for source, cost in found.by_source().items()},
        "lines": [
            {
                "stage": line.stage,
                "model": line.model,
                "served": line.served,
                "providers": line.providers,
                "calls": line.calls,
                "failed": line.failed,
                "fell_back": line.fell_back,
                "prompt_tokens": line.prompt_tokens,
                "completion_tokens": line.completion_tokens,
                "reasoning_tokens": line.reasoning_tokens,
                "cached_tokens": line.cached_tokens,
                "cost_usd": line.cost_usd,
                "unknown": line.unknown,
            }
            for line in found.lines
        ],
        "stops": [
            {"call": stop.call, "model": stop.model, "spent_usd": stop.spent_usd}
            for stop in found.stops
        ],
        "unanswered": found.unanswered,
    }
