"""Alerts of the circuit breaker and the kill switch: what was halted, with the event's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_text import new_york, plain
from core.schemas.alert import AlertKind, Severity

HALTED = ("BreakerTripped", "TradingDisabled")
FREED = ("BreakerReleased", "BreakerReset", "TradingEnabled")
SCOPES = ("scope", "account_id", "account", "strategy")
"""Fields that say who is halted, the first one that is there."""


def breaker_moved(row: StoredEvent, context: AlertContext) -> Draft | None:
    """A halt is critical; its end is told with the same weight as any other news."""
    if not context.rules.breaker:
        return None
    halted = row.type in HALTED
    who = _who(row.payload, context)
    done = {
        "BreakerTripped": "Breaker tripped: no new positions",
        "BreakerReleased": "Breaker released: trading goes on",
        "BreakerReset": "Breaker reset by hand",
        "TradingDisabled": "Kill switch on: nothing is traded",
        "TradingEnabled": "Kill switch off: trading goes on",
    }[row.type]
    return Draft(
        AlertKind.BREAKER_TRIPPED if halted else AlertKind.BREAKER_RELEASED,
        Severity.CRITICAL if halted else Severity.WARNING,
        f"{row.type} {who}"[:120],
        f"{done}, {who}",
        (*_figures(row.payload), f"At {new_york(from_iso(row.occurred_at))}."),
    )


def _who(payload: Mapping[str, Any], context: AlertContext) -> str:
    named = next((str(payload[key]) for key in SCOPES if payload.get(key)), "desk")
    return plain(context.name(named), 80)


def _figures(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Every plain field but the scope, as ``drawdown pct: 21.5``."""
    return tuple(
        f"{key.replace('_', ' ')}: {plain(value, 120)}"
        for key, value in payload.items()
        if key not in SCOPES and isinstance(value, str | int | float) and value != ""
    )
