"""How those who are asked behave: calls, failures, deputies, waiting times and cost, by model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Float, Label, and_, case, cast, func, select

from core.types import WeekId
from storage.projections.call_costs import FAILED, FELL_BACK, CallCostRow
from storage.projections.calls import CallRow, CallStatus
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

BILLS, CALLS = table_of(CallCostRow), table_of(CallRow)
HALF, MOST = 50, 95
"""Percent of a model's answered calls that took no longer."""
COST_COLUMNS = ("week_id", "model", "usd")


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model: ``failed`` calls gave no answer, ``fell_back`` of those asked went on to a deputy.

    Milliseconds by nearest rank over its answered calls, None where no time was recorded; USD as
    billed, a float: it is drawn, not booked. ``trouble`` is the newest failure's line.
    """

    model: str
    calls: int
    failed: int
    fell_back: int
    p50_ms: float | None
    p95_ms: float | None
    usd: float
    trouble: str


def model_lines(reader: StoreReader, since: WeekId | None) -> tuple[ModelLine, ...]:
    """Every model that was asked in weeks from ``since`` on, by its name; None takes all weeks."""
    times, troubles = _times(reader, since), _troubles(reader, since)
    rows = reader.rows(
        select(
            BILLS.c.model,
            _number(),
            _number_of("failed", BILLS.c.outcome == FAILED),
            _number_of("fell_back", BILLS.c.outcome == FELL_BACK),
            _dollars(),
        )
        .where(_since(BILLS.c.week_id, since))
        .group_by(BILLS.c.model)
        .order_by(BILLS.c.model)
    )
    return tuple(
        ModelLine(
            model=row["model"],
            calls=row["calls"],
            failed=row["failed"],
            fell_back=row["fell_back"],
            p50_ms=times.get((row["model"], HALF)),
            p95_ms=times.get((row["model"], MOST)),
            usd=float(row["usd"] or 0),
            trouble=troubles.get(row["model"], ""),
        )
        for row in rows
    )


def cost_frame(reader: StoreReader, since: WeekId | None) -> pd.DataFrame:
    """USD of each week and model that cost anything: ``week_id, model, usd``."""
    rows = reader.rows(
        select(BILLS.c.week_id, BILLS.c.model, _dollars())
        .where(_since(BILLS.c.week_id, since), BILLS.c.week_id.is_not(None))
        .group_by(BILLS.c.week_id, BILLS.c.model)
        .order_by(BILLS.c.week_id, BILLS.c.model)
    )
    return pd.DataFrame([row for row in rows if row["usd"]], columns=list(COST_COLUMNS))


def _times(reader: StoreReader, since: WeekId | None) -> Mapping[tuple[str, int], float]:
    """Milliseconds by model and percent: the nearest rank, as the database counts it."""
    asked = func.coalesce(CALLS.c.deputy, CALLS.c.model).label("model")
    own = (CALLS.c.status == CallStatus.ANSWERED, CALLS.c.latency_ms.is_not(None))
    ranked = (
        select(
            asked,
            CALLS.c.latency_ms,
            func.row_number().over(partition_by=asked, order_by=CALLS.c.latency_ms).label("rank"),
            func.count().over(partition_by=asked).label("calls"),
        )
        .where(*own, _since(CALLS.c.week_id, since))
        .subquery()
    )
    found: dict[tuple[str, int], float] = {}
    for percent in (HALF, MOST):
        nearest = (ranked.c.calls * percent + 99) // 100
        for row in reader.rows(
            select(ranked.c.model, ranked.c.latency_ms).where(ranked.c.rank == nearest)
        ):
            found[row["model"], percent] = float(row["latency_ms"])
    return found


def _troubles(reader: StoreReader, since: WeekId | None) -> Mapping[str, str]:
    """The newest failed call's line of each model."""
    own = and_(CALLS.c.status == CallStatus.FAILED, _since(CALLS.c.week_id, since))
    newest = select(func.max(CALLS.c.position)).where(own).group_by(CALLS.c.model)
    rows = reader.rows(
        select(CALLS.c.model, CALLS.c.message).where(own, CALLS.c.position.in_(newest))
    )
    return {row["model"]: row["message"] for row in rows}


def _since(week: ColumnElement[Any], since: WeekId | None) -> ColumnElement[bool]:
    """Without a first week, calls outside any week (the bare council's) count, too."""
    return and_(True) if since is None else week >= since


def _number() -> Label[Any]:
    return func.count().label("calls")


def _number_of(name: str, which: ColumnElement[bool]) -> Label[Any]:
    return func.sum(case((which, 1), else_=0)).label(name)


def _dollars() -> Label[Any]:
    return func.sum(cast(BILLS.c.cost_usd, Float)).label("usd")
