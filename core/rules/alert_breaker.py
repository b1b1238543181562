"""Alerts of the circuit breaker and the kill switch: what was halted, with the event's own figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_text import new_york, plain, usd
from core.schemas.alert import AlertKind, Severity

HALTED = ("BreakerTripped", "TradingDisabled")
FREED = ("BreakerReleased", "BreakerReset", "TradingEnabled")
HEADS = {
    "BreakerTripped": "Breaker tripped, no new positions",
    "BreakerReleased": "Breaker released, trading goes on",
    "BreakerReset": "Breaker reset by hand",
    "TradingDisabled": "Kill switch on, nothing is traded",
    "TradingEnabled": "Kill switch off, trading goes on",
}


def breaker_moved(row: StoredEvent, context: AlertContext) -> Draft | None:
    """A halt is critical, its end a warning: somebody may have relied on it."""
    if not context.rules.breaker:
        return None
    said: Mapping[str, Any] = row.payload
    halted = row.type in HALTED
    scope = str(said.get("scope", "desk"))
    who = context.name(scope.removeprefix("account/"))
    return Draft(
        AlertKind.BREAKER_TRIPPED if halted else AlertKind.BREAKER_RELEASED,
        Severity.CRITICAL if halted else Severity.WARNING,
        f"{row.type} {scope} {said.get('cause', '')}".strip(),
        f"{HEADS[row.type]}: {who}",
        (*_lines(said), f"At {new_york(from_iso(row.occurred_at))}."),
    )


def _lines(said: Mapping[str, Any]) -> Iterator[str]:
    if "cause" in said:
        yield _measure(said)
    if "peak" in said:
        yield f"Equity {usd(Decimal(said['at_equity']))}, peak {usd(Decimal(said['peak']))}."
    if "by" in said:
        yield f"By {plain(said['by'], 60)}: {plain(said['reason'])}"
    if said.get("flatten"):
        yield "Every position is to be closed."


def _measure(said: Mapping[str, Any]) -> str:
    """Which cause, with its figure and the bound it passed."""
    value, bound = Decimal(said["value"]), Decimal(said["threshold"])
    on = f", measured on the {said['on']}" if "on" in said else ""
    if said["cause"] == "drawdown":
        return f"Drawdown {value:.2f} % of the peak, bound {bound:.2f} %{on}."
    return f"{said['cause'].capitalize()}: {value.normalize():f} in a row, bound {bound.normalize():f}{on}."
