"""Alerts of the approval gate: somebody is asked for a word, or nobody gave one in time."""

from __future__ import annotations

from decimal import Decimal

from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_drafts import Payload, week_link
from core.rules.alert_text import new_york, plain, shares
from core.schemas.alert import AlertKind, Severity


def orders_proposed(row: StoredEvent, context: AlertContext) -> Draft | None:
    """The week waits: what each account would trade, and until when a word counts."""
    if not context.rules.approval:
        return None
    said: Payload = row.payload
    lines = [_line(one, context) for one in said["proposals"] if one["orders"]]
    until = new_york(from_iso(said["expires_at"]))
    return Draft(
        AlertKind.APPROVAL_ASKED,
        Severity.WARNING,
        str(said["week_id"]),
        f"Week {said['week_id']} waits for your approval until {until}",
        (*(lines or ["No account would trade."]), "`cli.py proposal`, then `approve` or `reject`."),
        week_link(said["week_id"]),
    )


def approval_expired(row: StoredEvent, context: AlertContext) -> Draft | None:
    if not context.rules.approval:
        return None
    said: Payload = row.payload
    names = ", ".join(plain(context.name(account), 60) for account in said["accounts"])
    return Draft(
        AlertKind.APPROVAL_EXPIRED,
        Severity.WARNING,
        str(row.week_id or said["run_id"]),
        f"Approval expired: {row.week_id or said['run_id']}",
        (f"Nobody decided in time on {names}: nothing is traded there this week.",),
        week_link(row.week_id) if row.week_id else "/",
    )


def _line(proposal: Payload, context: AlertContext) -> str:
    orders = ", ".join(
        f"{one['side']} {shares(Decimal(one['quantity']))} {plain(one['symbol'], 12)}"
        for one in proposal["orders"]
    )
    return f"{plain(context.name(proposal['account_id']), 60)}: {orders}"
