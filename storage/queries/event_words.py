"""What an event says, in a line: the common ones in words, any other as the part that was looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

SAID = 500


def told(kind: str, payload: Mapping[str, Any]) -> str:
    """The event in words; "" for a type nobody wrote words for."""
    tell = _WORDS.get(kind)
    return "" if tell is None else tell(payload)[:SAID]


def excerpt(payload: str, needle: str = "") -> str:
    """At most SAID signs of the JSON, those around the first place that holds ``needle``."""
    at = payload.lower().find(needle.lower()) if needle else 0
    start = max(0, at - SAID // 3) if at > 0 else 0
    cut = payload[start : start + SAID]
    before, after = "…" if start else "", "…" if start + SAID < len(payload) else ""
    return f"{before}{cut}{after}"


def _intended(payload: Mapping[str, Any]) -> str:
    one = payload["intent"]
    purpose = str(one["purpose"]).replace("_", " ")
    return (
        f"{one['account_id']} wants to {one['side']} {one['quantity']} {one['symbol']} ({purpose}, "
        f"week {one['week_id']}), mark {one['reference_price']} USD"
    )


def _filled(payload: Mapping[str, Any]) -> str:
    one = payload["fill"]
    side = {"SELL": "sold", "BUY": "bought"}.get(one["side"], one["side"])
    return (
        f"{one['account_id']} {side} {one['quantity']} {one['symbol']} at {one['price']} USD in "
        f"session {one['session']}, commission {one['commission']} USD"
    )


def _checkpoint(payload: Mapping[str, Any]) -> str:
    one = payload["decision"]
    return (
        f"{one['account_id']} at {one['time']}: {one['action']} by {one['rule']}, conviction "
        f"{one['conviction_before']:+g} to {one['conviction_after']:+g}, P/L {one['pnl'] or 'n/a'} "
        f"USD; {one['reason_delta']}"
    )


def _target(payload: Mapping[str, Any]) -> str:
    one = payload["target"]
    what = f"{one['direction']} {one['quantity']} {one['instrument'] or ''}".strip()
    wrong = f"; invalid when: {one['invalidation']}" if one["invalidation"] else ""
    return (
        f"{one['account_id']} is to hold {what} for {one['horizon']}, conviction "
        f"{one['conviction']:+g}{wrong}"
    )


def _tripped(payload: Mapping[str, Any]) -> str:
    return (
        f"new positions of {payload['scope']} are halted: {payload['cause']} {payload['value']} "
        f"against a limit of {payload['threshold']}"
    )


def _released(payload: Mapping[str, Any]) -> str:
    return (
        f"new positions of {payload['scope']} may go on: {payload['cause']} {payload['value']} "
        f"against {payload['threshold']}"
    )


def _answered(payload: Mapping[str, Any]) -> str:
    answer = payload["answer"]
    used = answer["usage"]
    return (
        f"{answer['served_model']} answered: {used['prompt_tokens']} tokens in, "
        f"{used['completion_tokens']} out, {used['cost_usd']} USD"
    )


def _slot(payload: Mapping[str, Any]) -> str:
    return f"slot {payload['slot']}: {payload['outcome']}; {payload['detail'] or 'no detail'}"


def _job(payload: Mapping[str, Any]) -> str:
    return f"job {payload['key']}: {payload['outcome']}; {payload['detail'] or 'no detail'}"


def _rejected(payload: Mapping[str, Any]) -> str:
    return f"order {payload['client_order_id']} was not taken: {payload['reason']}"


def _marked(payload: Mapping[str, Any]) -> str:
    sessions = sorted({str(one["session"]) for one in payload["opens"]})
    return f"{len(payload['opens'])} assets marked, session {', '.join(sessions) or 'unknown'}"


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "OrderIntended": _intended,
        "OrderFilled": _filled,
        "CheckpointDecided": _checkpoint,
        "TargetSet": _target,
        "BreakerTripped": _tripped,
        "BreakerReleased": _released,
        "JobFinished": _job,
        "ModelCallCompleted": _answered,
        "OrderRejected": _rejected,
        "SlotFinished": _slot,
        "UniverseMarked": _marked,
    }
)
