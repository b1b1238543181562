"""One checkpoint of one account: keep, reduce, flip or exit from what was frozen on Wednesday."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from core.schemas.base import Schema
from core.schemas.breaker import Halt
from core.types import AccountId, CheckpointAction, WeekId


class IndicatorReading(Schema):
    """A frozen indicator of the pitch beside its threshold, as it stood on Wednesday."""

    name: str
    value: float
    threshold: float
    direction: str


class CheckpointDecision(Schema):
    """``pnl`` in USD since entry, ``price`` in USD; None where there is no position.

    ``rule`` names the rule (and the row of the contradiction table) that decided.
    ``panic`` marks an EXIT without any invalidation met. ``halts`` are those it was decided under.
    """

    checkpoint_id: str
    week_id: WeekId
    time: str
    account_id: AccountId
    conviction_before: float
    conviction_after: float
    action: CheckpointAction
    reason_delta: str
    rule: str
    indicators_snapshot: tuple[IndicatorReading, ...]
    price: Decimal | None
    pnl: Decimal | None
    return_since_entry: float | None
    panic: bool
    invalidated: bool
    engine: str
    timestamp: datetime
    halts: tuple[Halt, ...] = Field(default=(), exclude_if=lambda halts: not halts)
