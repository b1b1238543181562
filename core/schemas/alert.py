"""An alert: one thing a person should hear of, made from one event."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import StringConstraints

from core.schemas.base import Schema

ChannelName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
LONGEST_TITLE, LONGEST_BODY, LONGEST_SUBJECT = 160, 1_500, 200
Title: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TITLE)]
Body: TypeAlias = Annotated[str, StringConstraints(max_length=LONGEST_BODY)]
Subject: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SUBJECT)]


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 info, 1 warning, 2 critical."""
        return list(Severity).index(self)


class AlertKind(StrEnum):
    WEEK_DECIDED = "week_decided"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_EXPIRED = "approval_expired"
    ORDERS_REFUSED = "orders_refused"
    POSITION_LEFT = "position_left"
    BREAKER_TRIPPED = "breaker_tripped"
    BREAKER_RELEASED = "breaker_released"
    RECONCILIATION_MISMATCH = "reconciliation_mismatch"
    RECONCILIATION_RESOLVED = "reconciliation_resolved"
    JOB_RETRIED = "job_retried"
    JOB_FAILED = "job_failed"
    JOB_MISSED = "job_missed"
    NO_HEARTBEAT = "no_heartbeat"
    BUDGET = "budget"
    POSITION_CHANGE = "position_change"
    DAILY_SUMMARY = "daily_summary"
    PICKERS_DIVERGED = "pickers_diverged"
    STRATEGY_OFF = "strategy_off"
    MEMORY_SILENT = "memory_silent"
    MODEL_ABSENT = "model_absent"
    TEST = "test"


class Alert(Schema):
    """Plain text for people; ``link`` is a path of the web pages, ``occurred_at`` the source's instant.

    ``subject`` is what it is about: a second alert of the same kind about it is a repetition.
    """

    alert_id: str
    kind: AlertKind
    severity: Severity
    subject: Subject
    title: Title
    body: Body
    link: str
    source_event_id: str
    occurred_at: datetime
