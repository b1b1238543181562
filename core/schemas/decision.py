"""The chairman's decision: one trade of those pitched, or FLAT, with dissent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from core.schemas.base import Conviction, Schema, ShortText, Symbol, Text
from core.types import Direction, Horizon, WeekId


class SelectedTrade(Schema):
    instrument: Symbol | None = Field(
        description="the instrument of one pitch; null only when FLAT"
    )
    direction: Direction
    horizon: Horizon


class Dissent(Schema):
    """Who disagrees: a label while models read it, the model's name once people do."""

    model: str
    position: ShortText
    reason: Text


class MonitoringPlan(Schema):
    checkpoints: tuple[ShortText, ...]
    key_indicators: tuple[ShortText, ...]
    watch_conditions: tuple[ShortText, ...]


class ChairmanAnswer(Schema):
    selected_trade: SelectedTrade
    conviction: Conviction
    rationale: Text
    dissent_summary: Annotated[tuple[Dissent, ...], Field(max_length=12)]
    monitoring_plan: MonitoringPlan

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> ChairmanAnswer:
        trade = self.selected_trade
        sign = (self.conviction > 0) - (self.conviction < 0)
        if sign != trade.direction.sign:
            raise ValueError(
                f"conviction {self.conviction:g} and direction {trade.direction} disagree: "
                "LONG needs a positive, SHORT a negative and FLAT a zero conviction"
            )
        if trade.direction is not Direction.FLAT and trade.instrument is None:
            raise ValueError(f"instrument is missing for a {trade.direction} decision")
        return self


class DecisionOrigin(StrEnum):
    """Who spoke: the chairman, a later one of the chain, or nobody (then the week is FLAT)."""

    CHAIRMAN = "chairman"
    FALLBACK = "fallback"
    NO_QUORUM = "no_quorum"
    CHAIRMAN_FAILED = "chairman_failed"


class ChairmanDecision(ChairmanAnswer):
    """``backed_by`` is the idea whose horizon and invalidation rules the council's position carries."""

    decision_id: str
    week_id: WeekId
    chairman_model: str
    origin: DecisionOrigin
    backed_by: str | None
    timestamp: datetime
