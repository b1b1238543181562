"""What orders, limits, the breaker and reconciliation mean to the metrics."""

from __future__ import annotations

from collections.abc import Callable

from core.schemas.breaker import scopes_of
from core.types import AccountId
from storage.metrics.families import Families
from storage.metrics.log_tail import LogLine

OUTCOMES = {
    "OrderIntended": "intended",
    "OrderAccepted": "sent",
    "OrderRejected": "refused",
    "OrderCancelled": "cancelled",
    "OrderFilled": "filled",
}
CAUSES = ("drawdown", "losses")


def order(families: Families, line: LogLine) -> None:
    account = line.stream_id.partition("/")[2]
    families.orders.labels(account, OUTCOMES[line.type]).inc()


def assessed(families: Families, line: LogLine) -> None:
    """A what-if run refuses nothing, it would not have traded; a trading cycle's signals count."""
    value = line.payload["value"]
    if not line.stream_id.startswith("week/") and "signals" not in value:
        return
    for one in value.get("signals", value.get("accounts", ())):
        for hit in one["hits"]:
            families.violations.labels(hit["limit"], hit["outcome"]).inc()


def source_stepped_down(families: Families, line: LogLine) -> None:
    families.market_fallbacks.labels(line.payload["source"], line.payload["next_source"]).inc()


def researcher_stepped_down(families: Families, line: LogLine) -> None:
    researchers = line.payload["researcher"], line.payload["next_researcher"]
    families.step_downs.labels(*researchers).inc()


def account_opened(families: Families, line: LogLine) -> None:
    """Every account has its series from the start, or the first rise would be no rise."""
    account = AccountId(str(line.payload["account_id"]))
    for outcome in OUTCOMES.values():
        families.orders.labels(account, outcome).inc(0)
    for cause in CAUSES:
        for scope in scopes_of(account, str(line.payload["strategy"])):
            _breaker(families, scope, cause)


def _breaker(families: Families, scope: str, cause: str) -> None:
    families.breaker_triggers.labels(scope, cause).inc(0)
    families.breaker_halted.labels(scope, cause).inc(0)


def tripped(families: Families, line: LogLine) -> None:
    scope, cause = line.payload["scope"], line.payload["cause"]
    families.breaker_triggers.labels(scope, cause).inc()
    families.breaker_halted.labels(scope, cause).set(1)


def released(families: Families, line: LogLine) -> None:
    families.breaker_halted.labels(line.payload["scope"], line.payload["cause"]).set(0)


def reset(families: Families, line: LogLine) -> None:
    for cause in CAUSES:
        families.breaker_halted.labels(line.payload["scope"], cause).set(0)


def disabled(families: Families, line: LogLine) -> None:  # noqa: ARG001 - a handler
    families.enabled.set(0)


def enabled(families: Families, line: LogLine) -> None:  # noqa: ARG001 - a handler
    families.enabled.set(1)


def mismatched(families: Families, line: LogLine) -> None:
    families.mismatches.labels(line.payload["account"]).set(1)


def resolved(families: Families, line: LogLine) -> None:
    families.mismatches.labels(line.payload["account"]).set(0)


HANDLERS: dict[str, Callable[[Families, LogLine], None]] = {
    **dict.fromkeys(OUTCOMES, order),
    "RiskAssessed": assessed,
    "MarketSteppedDown": source_stepped_down,
    "ResearchSteppedDown": researcher_stepped_down,
    "AccountOpened": account_opened,
    "BreakerTripped": tripped,
    "BreakerReleased": released,
    "BreakerReset": reset,
    "TradingDisabled": disabled,
    "TradingEnabled": enabled,
    "ReconciliationMismatch": mismatched,
    "MismatchResolved": resolved,
}
