"""From events to alerts: pure, so that the same event always makes the same alert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_breaker import FREED, HALTED, breaker_moved
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_drafts import (
    budget_stopped,
    job_ended,
    job_retried,
    mismatch,
    order_refused,
    position_changed,
    resolved,
    slot_ended,
    week_decided,
)
from core.rules.alert_text import clipped, new_york
from core.schemas.alert import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    LONGEST_TITLE,
    Alert,
    AlertKind,
    Severity,
)
from core.types import deterministic_id

Maker = Callable[[StoredEvent, AlertContext], Draft | None]
MAKERS: Mapping[str, Maker] = {
    "ChairmanDecided": week_decided,
    "OrderRejected": order_refused,
    "OrderFilled": position_changed,
    "SlotFinished": slot_ended,
    "SlotAttemptFailed": job_retried,
    "JobFinished": job_ended,
    "JobHandedBack": job_retried,
    "BudgetStopped": budget_stopped,
    "ReconciliationMismatch": mismatch,
    "MismatchResolved": resolved,
    **dict.fromkeys((*HALTED, *FREED), breaker_moved),
}
"""By the event's type name; a net order's refusal is told by the accounts' own refusals."""
TOLD_TYPES = tuple(sorted(MAKERS))


def alerts_of(stored: StoredEvent, context: AlertContext) -> Iterable[Alert]:
    """The alerts of one event: none or one today. Its id is made of the event's."""
    maker = MAKERS.get(stored.type)
    draft = None if maker is None else maker(stored, context)
    if draft is None:
        return ()
    return (sealed(draft, stored.event_id, from_iso(stored.occurred_at)),)


def silence(last_sign: datetime, at: datetime) -> Alert:
    """Nothing was heard of the scheduler since ``last_sign``; one alert a silence, whoever notices it."""
    minutes = int((at - last_sign).total_seconds() // 60)
    draft = Draft(
        AlertKind.NO_HEARTBEAT,
        Severity.CRITICAL,
        "scheduler",
        f"No sign of life from the scheduler since {new_york(last_sign)}",
        (
            f"That was {minutes} minutes ago: nothing is marked, checked or traded meanwhile.",
            "Start it again: cli.py up, or python scheduler.py.",
        ),
    )
    source = deterministic_id("heartbeat", "scheduler", last_sign.isoformat())
    return sealed(draft, str(source), last_sign)


def sealed(draft: Draft, source_event_id: str, occurred_at: datetime) -> Alert:
    """The draft with its id, cut to what channels take."""
    return Alert(
        alert_id=str(deterministic_id("alert", draft.kind, source_event_id)),
        kind=draft.kind,
        severity=draft.severity,
        subject=clipped(draft.subject, LONGEST_SUBJECT),
        title=clipped(draft.title, LONGEST_TITLE),
        body=clipped("\n".join(draft.lines), LONGEST_BODY),
        link=draft.link,
        source_event_id=source_event_id,
        occurred_at=occurred_at,
    )
