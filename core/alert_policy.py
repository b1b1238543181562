"""Who is told of what, when, and how often: frozen data, no part of any decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from core.schemas.alert import ChannelName, Severity
from core.schemas.base import Schema

LOG = "log"
"""The channel that is always there: the log of the process."""


class AlertRules(Schema):
    """Which events are told; None switches off what has a threshold.

    ``position_change_pct``: an order's filled value in percent of the account's equity.
    ``heartbeat_silent_s``: seconds without a sign of life from the scheduler.
    """

    week_decided: bool = True
    approval: bool = True
    orders_refused: bool = True
    breaker: bool = True
    reconciliation: bool = True
    jobs: bool = True
    budget: bool = True
    daily_summary: bool = True
    divergence: bool = True
    strategies: bool = True
    memory: bool = True
    position_change_pct: Decimal | None = Field(default=Decimal(50), gt=0, le=1_000)
    heartbeat_silent_s: int | None = Field(default=180, ge=30, le=86_400)


class QuietHours(Schema):
    """New York wall times; the span may go over midnight."""

    start: time
    end: time

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("write HH:MM without a zone: it is New York wall time")
        if self.start == self.end:
            raise ValueError("end is the same as start: write quiet_hours: null for none")
        return self


class ChannelPolicy(Schema):
    """``per_hour`` alerts at most in any hour (None: no bound); a critical one always goes out."""

    min_severity: Severity = Severity.INFO
    quiet: Literal["respect", "ignore"] = "respect"
    per_hour: int | None = Field(default=30, ge=1, le=1_000)


class AlertPolicy(Schema):
    """``channels`` are those that can be reached: an address is known for each of them.

    Repetitions within ``dedupe_minutes`` are not sent. What is older than ``oldest_hours`` when a
    store is followed, or a channel opened, for the first time is not sent either.
    """

    rules: AlertRules = AlertRules()
    channels: Mapping[ChannelName, ChannelPolicy] = Field(default_factory=dict)
    quiet_hours: QuietHours | None = None
    dedupe_minutes: int = Field(default=30, ge=0, le=10_080)
    oldest_hours: int = Field(default=24, ge=1, le=168)

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.dedupe_minutes)

    @property
    def oldest(self) -> timedelta:
        return timedelta(hours=self.oldest_hours)


LOG_CHANNEL = ChannelPolicy(quiet="ignore", per_hour=None)
