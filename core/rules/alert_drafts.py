"""One function an event: the alert it makes, from its payload and the context, or none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.call_names import BESIDE
from core.clock import from_iso
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext, Draft
from core.rules.alert_text import new_york, plain, shares, usd
from core.schemas.alert import AlertKind, Severity
from core.schemas.order import Purpose

SHORT = 120
LABELS_OF_NOBODY = ("no_quorum", "chairman_failed")
Payload = Mapping[str, Any]


def week_link(week_id: object) -> str:
    return f"/week?week={week_id}"


def week_decided(row: StoredEvent, context: AlertContext) -> Draft | None:
    """The council's decision of an official run; what-if runs stand in streams of their own."""
    if not context.rules.week_decided or not row.stream_id.startswith("week/"):
        return None
    said: Payload = row.payload["value"]  # type: ignore[assignment]  # a ChairmanDecision
    trade = said["selected_trade"]
    what = " ".join(filter(None, (trade["direction"], trade["instrument"])))
    lines = [
        (
            f"Conviction {said['conviction']:+.2f} of ±2, horizon {trade['horizon']}, "
            f"decided by {plain(said['chairman_model'], SHORT)}."
        ),
        plain(said["rationale"]),
    ]
    against = [
        f"{plain(one['model'], 60)}: {plain(one['position'], 80)}"
        for one in said["dissent_summary"]
    ]
    if against:
        lines.append(f"Dissent: {'; '.join(against)}")
    nobody = said["origin"] in LABELS_OF_NOBODY
    return Draft(
        AlertKind.WEEK_DECIDED,
        Severity.WARNING if nobody else Severity.INFO,
        str(said["week_id"]),
        f"Week {said['week_id']}: {what}" + (f" ({said['origin']})" if nobody else ""),
        tuple(lines),
        week_link(said["week_id"]),
    )


def order_refused(row: StoredEvent, context: AlertContext) -> Draft | None:
    if not context.rules.orders_refused:
        return None
    account = row.stream_id.removeprefix("account/")
    reason = plain(row.payload["reason"])
    order = str(row.payload["client_order_id"])
    if context.order is None:
        what, about, week = f"order {order}", order, row.week_id
    else:
        intent = context.order.intent
        what = f"{intent.side} {shares(intent.quantity)} {intent.symbol}"
        about, week = f"{intent.symbol} {intent.purpose}", intent.week_id
    return Draft(
        AlertKind.ORDERS_REFUSED,
        Severity.WARNING,
        f"{account} {about}",
        f"Order refused: {context.name(account)}, {what}",
        (f"Reason: {reason}", f"Order {order}."),
        week_link(week) if week else "/",
    )


def position_left(row: StoredEvent, context: AlertContext) -> Draft | None:
    """The order that closes what a refused close left behind; every other intent is silent."""
    intent: Payload = row.payload["intent"]  # type: ignore[assignment]  # an OrderIntent
    if not context.rules.orders_refused or intent["purpose"] != Purpose.LEFT_OVER:
        return None
    account, symbol = str(intent["account_id"]), str(intent["symbol"])
    what = f"{intent['side']} {shares(Decimal(intent['quantity']))} {symbol}"
    return Draft(
        AlertKind.POSITION_LEFT,
        Severity.WARNING,
        f"{account} {symbol}",
        f"Position left over: {context.name(account)}, {symbol}",
        (
            f"A close was refused and week {intent['week_id']} does not want it: {what} is ordered.",
            "It is tried at every session's close until nothing is left.",
        ),
        week_link(intent["week_id"]),
    )


def position_changed(row: StoredEvent, context: AlertContext) -> Draft | None:
    """The fill with which an order's value passes the threshold; the rest of the order is silent."""
    limit, order = context.rules.position_change_pct, context.order
    if limit is None or order is None or order.equity <= 0:
        return None
    fill: Payload = row.payload["fill"]  # type: ignore[assignment]  # a BrokerFill
    price, quantity = Decimal(fill["price"]), Decimal(fill["quantity"])
    bound = order.equity * limit / 100
    before, after = order.filled * price, (order.filled + quantity) * price
    if not before < bound <= after:
        return None
    intent = order.intent
    return Draft(
        AlertKind.POSITION_CHANGE,
        Severity.INFO,
        f"{intent.account_id} {intent.client_order_id}",
        f"Large trade: {context.name(intent.account_id)}, {intent.side} {intent.symbol}",
        (
            (
                f"{shares(order.filled + quantity)} of {shares(intent.quantity)} shares filled at "
                f"{usd(price)}: {usd(after)}, {after / order.equity * 100:.1f} % of equity "
                f"{usd(order.equity)} (told from {limit.normalize():f} % on)."
            ),
            f"Purpose: {intent.purpose}, {new_york(from_iso(fill['filled_at']))}.",
        ),
        week_link(intent.week_id),
    )


def budget_stopped(row: StoredEvent, context: AlertContext) -> Draft | None:
    if not context.rules.budget:
        return None
    said: Payload = row.payload
    estimate = said["estimate_usd"]
    next_cost = (
        "a call without a known price" if estimate is None else f"up to {usd(Decimal(estimate))}"
    )
    return Draft(
        AlertKind.BUDGET,
        Severity.CRITICAL,
        str(said["week_id"]),
        f"Budget of week {said['week_id']} stops {plain(said['call'], 60)}",
        (
            (
                f"Spent {usd(Decimal(said['spent_usd']))} of {usd(Decimal(said['limit_usd']))}, "
                f"{usd(Decimal(said['reserved_usd']))} under way; "
                f"{plain(said['model'], SHORT)} would cost {next_cost}."
            ),
            _way_out(str(said["call"])),
        ),
        week_link(said["week_id"]),
    )


def _way_out(call: str) -> str:
    """Strategies beside the council have a budget of their own."""
    if call.partition("/")[0] in BESIDE:
        return (
            "Raise agents week_usd in config/models.yaml: the council's week is not touched by it."
        )
    return "Raise budget.week_usd in config/models.yaml and run the week again."


def mismatch(row: StoredEvent, context: AlertContext) -> Draft | None:
    if not context.rules.reconciliation:
        return None
    said: Payload = row.payload
    account, subject = str(said["account"]), plain(said["subject"], 60)
    return Draft(
        AlertKind.RECONCILIATION_MISMATCH,
        Severity.CRITICAL,
        f"{account} {said['what']} {subject}"[:SHORT],
        f"Broker and ledger differ: {context.name(account)}, {plain(said['what'], 40)} {subject}",
        (
            f"Ledger: {plain(said['ledger'], SHORT)}. Broker: {plain(said['broker'], SHORT)}.",
            "The account trades nothing until the two agree or the difference is accepted.",
        ),
    )


def resolved(row: StoredEvent, context: AlertContext) -> Draft | None:
    if not context.rules.reconciliation:
        return None
    said: Payload = row.payload
    account = str(said["account"])
    return Draft(
        AlertKind.RECONCILIATION_RESOLVED,
        Severity.INFO,
        account,
        f"Trading goes on: {context.name(account)} agrees with the broker",
        (f"{plain(said['reason'])} (by {plain(said['by'], 60)})",),
    )
