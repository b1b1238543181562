"""The alert of a strategy that its own rule switched off."""

from __future__ import annotations

from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_drafts import SHORT, Payload
from core.rules.alert_text import plain
from core.schemas.alert import AlertKind, Severity


def strategy_switched_off(row: StoredEvent, context: AlertContext) -> Draft | None:
    """Told only of the rule: who switches it off by hand knows it."""
    said: Payload = row.payload
    if not context.rules.strategies or said["cause"] != "underperformed":
        return None
    name = plain(said["strategy"], 40)
    return Draft(
        AlertKind.STRATEGY_OFF,
        Severity.WARNING,
        name,
        f"{name} was switched off by its rule"[:SHORT],
        (
            plain(said["reason"], SHORT),
            "What it holds stays held; nothing new begins until somebody switches it on again.",
        ),
        f"/strategies?strategy={said['strategy']}",
    )
