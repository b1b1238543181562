"""What a week's calls cost: by stage and model, and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import RowMapping, func, select

from core.call_names import CYCLE
from core.profile import RULES_VENDOR
from core.schemas.model_call import CostSource
from core.types import WeekId
from storage.projections.call_costs import (
    ANSWERED,
    FELL_BACK,
    TOKENS,
    BudgetStopRow,
    CallCostRow,
)
from storage.projections.calls import CallRow, CallStatus
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

BILLS, STOPS = table_of(CallCostRow), table_of(BudgetStopRow)
CALLS = table_of(CallRow)
STAGES = ("research", "pitch", "peer_review", "chairman", "checkpoint", "postmortem", "council")


@dataclass(frozen=True, slots=True)
class CostLine:
    """One model at one stage.

    ``calls`` were made, ``failed`` of them gave no answer and ``fell_back`` of those went on to a
    deputy. ``cost`` is USD by its source; ``unknown`` calls were answered or billed at a price
    nobody knows. ``served`` names who really answered.
    """

    stage: str
    model: str
    calls: int
    failed: int
    fell_back: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    cost: Mapping[CostSource, Decimal]
    unknown: int
    served: tuple[str, ...]
    providers: tuple[str, ...]

    @property
    def cost_usd(self) -> Decimal:
        return sum(self.cost.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class BudgetStopLine:
    """A call that was not made; USD. ``estimate_usd`` None: its model has no price."""

    call: str
    model: str
    spent_usd: Decimal
    reserved_usd: Decimal
    estimate_usd: Decimal | None
    limit_usd: Decimal


@dataclass(frozen=True, slots=True)
class WeekCosts:
    """``unanswered`` calls were asked and have no recorded end: they may have been billed."""

    week_id: WeekId
    lines: tuple[CostLine, ...]
    stops: tuple[BudgetStopLine, ...]
    unanswered: tuple[str, ...]

    @property
    def total_usd(self) -> Decimal:
        return sum((line.cost_usd for line in self.lines), Decimal(0))

    def by_source(self) -> Mapping[CostSource, Decimal]:
        """USD the providers named, and USD computed from the price table."""
        return {
            source: sum((line.cost.get(source, Decimal(0)) for line in self.lines), Decimal(0))
            for source in (CostSource.PROVIDER, CostSource.PRICE_TABLE)
        }


def week_costs(reader: StoreReader, week_id: WeekId) -> WeekCosts:
    """Every bill of the week, of its official run, its checkpoints and its what-ifs alike."""
    groups: dict[tuple[str, str], list[RowMapping]] = {}
    for row in reader.rows(
        select(BILLS).where(BILLS.c.week_id == week_id).order_by(BILLS.c.position)
    ):
        groups.setdefault((stage_of(row["call"]), row["model"]), []).append(row)
    lines = (_line(stage, model, rows) for (stage, model), rows in groups.items())
    stops = reader.rows(select(STOPS).where(STOPS.c.week_id == week_id).order_by(STOPS.c.position))
    return WeekCosts(
        week_id=week_id,
        lines=tuple(sorted(lines, key=_order)),
        stops=tuple(_stop(row) for row in stops),
        unanswered=_unanswered(reader, week_id),
    )


def mean_tokens(reader: StoreReader, weeks: int = 4) -> Mapping[str, tuple[int, int]]:
    """Prompt and completion tokens of an answered call on average, by stage, of the last weeks.

    Rules count no tokens and are left out.
    """
    used = (BILLS.c.outcome == ANSWERED, BILLS.c.prompt_tokens > 0)
    last = select(BILLS.c.week_id).where(*used).distinct().order_by(BILLS.c.week_id.desc())
    counts = (func.count(), func.sum(BILLS.c.prompt_tokens), func.sum(BILLS.c.completion_tokens))
    rows = reader.rows(
        select(
            BILLS.c.call,
            counts[0].label("calls"),
            counts[1].label("prompt"),
            counts[2].label("completion"),
        )
        .where(*used, BILLS.c.week_id.in_(last.limit(weeks)))
        .group_by(BILLS.c.call)
    )
    sums: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        stage = stage_of(row["call"])
        calls, prompt, completion = sums.get(stage, (0, 0, 0))
        sums[stage] = (
            calls + row["calls"],
            prompt + int(row["prompt"]),
            completion + int(row["completion"]),
        )
    return {
        stage: (prompt // calls, done // calls) for stage, (calls, prompt, done) in sums.items()
    }


def stage_of(call: str) -> str:
    """``pitch`` of ``pitch/acct_1``, ``chairman`` of ``chairman/fallback/1``, ``cycle/validator`` whole."""
    stage = call.partition("/")[0]
    return call if stage == CYCLE else stage


def _order(line: CostLine) -> tuple[int, str, str]:
    place = STAGES.index(line.stage) if line.stage in STAGES else len(STAGES)
    return place, line.stage, line.model


def _line(stage: str, model: str, rows: Sequence[RowMapping]) -> CostLine:
    cost: dict[CostSource, Decimal] = {}
    for row in rows:
        source = CostSource(row["cost_source"])
        if source is not CostSource.NONE:
            cost[source] = cost.get(source, Decimal(0)) + Decimal(row["cost_usd"])
    return CostLine(
        stage=stage,
        model=model,
        calls=len(rows),
        failed=sum(row["outcome"] != ANSWERED for row in rows),
        fell_back=sum(row["outcome"] == FELL_BACK for row in rows),
        **{name: sum(row[name] for row in rows) for name in TOKENS},
        cost=cost,
        unknown=0 if model.startswith(f"{RULES_VENDOR}/") else sum(map(_unknown, rows)),
        served=_named(row["served_model"] for row in rows),
        providers=_named(row["provider"] for row in rows),
    )


def _unknown(row: RowMapping) -> bool:
    """Answered or counted, and nobody knows at what price; a refused call was not billed."""
    billed = row["outcome"] == ANSWERED or any(row[name] for name in TOKENS)
    return billed and row["cost_source"] == CostSource.NONE


def _named(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _stop(row: RowMapping) -> BudgetStopLine:
    estimate = row["estimate_usd"]
    return BudgetStopLine(
        call=row["call"],
        model=row["model"],
        spent_usd=Decimal(row["spent_usd"]),
        reserved_usd=Decimal(row["reserved_usd"]),
        estimate_usd=None if estimate is None else Decimal(estimate),
        limit_usd=Decimal(row["limit_usd"]),
    )


def _unanswered(reader: StoreReader, week_id: WeekId) -> tuple[str, ...]:
    rows = reader.rows(
        select(CALLS.c.call)
        .where(
            CALLS.c.week_id == week_id,
            CALLS.c.status == CallStatus.ASKED,
            CALLS.c.model.notlike(f"{RULES_VENDOR}/%"),
        )
        .order_by(CALLS.c.position)
    )
    return tuple(row["call"] for row in rows)
