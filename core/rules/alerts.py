"""From events to alerts: pure, so that the same event always makes the same alert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_approval import approval_expired, orders_proposed
from core.rules.alert_breaker import FREED, HALTED, breaker_moved
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_discovery import model_absent, pickers_diverged
from core.rules.alert_drafts import (
    budget_stopped,
    mismatch,
    order_refused,
    position_changed,
    position_left,
    resolved,
    week_decided,
)
from core.rules.alert_jobs import job_ended, job_retried, slot_ended
from core.rules.alert_memory import memory_silent
from core.rules.alert_strategy import strategy_switched_off
from core.rules.alert_text import clipped, new_york, plain
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
    "OrderIntended": position_left,
    "OrderFilled": position_changed,
    "SlotFinished": slot_ended,
    "SlotAttemptFailed": job_retried,
    "JobFinished": job_ended,
    "JobHandedBack": job_retried,
    "BudgetStopped": budget_stopped,
    "ReconciliationMismatch": mismatch,
    "MismatchResolved": resolved,
    "OrdersProposed": orders_proposed,
    "ApprovalExpired": approval_expired,
    "PickersDiverged": pickers_diverged,
    "StrategyDisabled": strategy_switched_off,
    "CycleMarketFrozen": memory_silent,
    "DiscoveryRan": memory_silent,
    **dict.fromkeys((*HALTED, *FREED), breaker_moved),
}
"""By the event's type name; a net order's refusal is told by the accounts' own refusals."""
BESIDES: Mapping[str, Maker] = {"DiscoveryRan": model_absent}
"""A second thing that an event may have to tell."""
A_CROWD = 4
"""From this many missed jobs on, seen in one look, they are told together."""
TOLD_TYPES = tuple(sorted(MAKERS))


def alerts_of(stored: StoredEvent, context: AlertContext) -> Iterable[Alert]:
    """The alerts of one event, each with an id made of the event's, or of what it says once."""
    at = from_iso(stored.occurred_at)
    for makers in (MAKERS, BESIDES):
        maker = makers.get(stored.type)
        draft = None if maker is None else maker(stored, context)
        if draft is not None:
            yield sealed(draft, stored.event_id, at)


def gathered(alerts: Sequence[Alert]) -> list[Alert]:
    """The alerts as they are, but many missed jobs at once as one: a desk that was off for a week.

    It stands where the last of them stood, and is as grave as the gravest.
    """
    missed = [alert for alert in alerts if alert.kind is AlertKind.JOB_MISSED]
    if len(missed) < A_CROWD:
        return list(alerts)
    grave = [alert.subject for alert in missed if alert.severity is Severity.CRITICAL]
    draft = Draft(
        AlertKind.JOB_MISSED,
        max((alert.severity for alert in missed), key=lambda severity: severity.rank),
        f"{missed[0].subject} and {len(missed) - 1} more",
        f"{len(missed)} jobs missed from {new_york(min(a.occurred_at for a in missed))} on",
        (
            *([f"Among them: {', '.join(map(plain, grave))}."] if grave else []),
            f"All: {', '.join(plain(alert.subject) for alert in missed)}.",
        ),
        missed[-1].link,
    )
    sources = deterministic_id("missed", *(alert.source_event_id for alert in missed))
    last = missed[-1]
    crowd = sealed(draft, str(sources), last.occurred_at).model_copy(
        update={"source_event_id": last.source_event_id}
    )
    others = (alert for alert in alerts if alert.kind is not AlertKind.JOB_MISSED or alert is last)
    return [crowd if alert is last else alert for alert in others]


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
        alert_id=str(deterministic_id("alert", draft.kind, draft.once or source_event_id)),
        kind=draft.kind,
        severity=draft.severity,
        subject=clipped(draft.subject, LONGEST_SUBJECT),
        title=clipped(draft.title, LONGEST_TITLE),
        body=clipped("\n".join(draft.lines), LONGEST_BODY),
        link=draft.link,
        source_event_id=source_event_id,
        occurred_at=occurred_at,
    )
