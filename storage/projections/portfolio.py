"""The portfolio: targets, orders, fills, and through the ledger what every account owns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.events.envelope import StoredEvent
from core.schemas.order import OrderStatus
from storage.projections import ledgers
from storage.projections.portfolio_tables import (
    AccountRow,
    EquityRow,
    FillRow,
    MarkRow,
    OrderRow,
    SeatModelRow,
    TargetRow,
    TradeRow,
)
from storage.projections.writing import Rows, TableProjection, as_text


def _target(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    names = ("account_id", "instrument", "direction", "conviction", "quantity")
    rows.put(
        TargetRow,
        {
            **{name: payload["target"][name] for name in names},
            **{name: payload[name] for name in ("week_id", "run_id", "entry_session")},
            "document": as_text(payload["target"]),
        },
    )


def _intended(rows: Rows, event: StoredEvent) -> None:
    intent: dict[str, Any] = event.payload["intent"]  # type: ignore[assignment]  # a JSON object
    names = ("client_order_id", "account_id", "week_id", "run_id", "symbol", "side", "quantity")
    more = ("purpose", "reference_price", "decided_at", "after")
    rows.put(
        OrderRow,
        {
            **{name: intent[name] for name in (*names, *more)},
            "filled": "0",
            "status": OrderStatus.INTENDED,
            "reason": "",
            "position": event.position,
        },
    )


def _accepted(rows: Rows, event: StoredEvent) -> None:
    _end(rows, event, {"status": OrderStatus.ACCEPTED})


def _rejected(rows: Rows, event: StoredEvent) -> None:
    _end(rows, event, {"status": OrderStatus.REFUSED, "reason": event.payload["reason"]})


def _cancelled(rows: Rows, event: StoredEvent) -> None:
    _end(rows, event, {"status": OrderStatus.CANCELLED, "reason": event.payload["reason"]})


def _end(rows: Rows, event: StoredEvent, changes: dict[str, Any]) -> None:
    rows.change(OrderRow, {"client_order_id": event.payload["client_order_id"]}, changes)


def _filled(rows: Rows, event: StoredEvent) -> None:
    fill: dict[str, Any] = event.payload["fill"]  # type: ignore[assignment]  # a JSON object
    rows.put(FillRow, {**fill, "filled_at": event.occurred_at, "position": event.position})
    key = {"client_order_id": fill["client_order_id"]}
    for order in rows.read(OrderRow, key):
        total = Decimal(order["filled"]) + Decimal(fill["quantity"])
        done = total >= Decimal(order["quantity"])
        status = OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED
        rows.change(OrderRow, key, {"filled": str(total), "status": status})
    ledgers.filled(rows, event)


PORTFOLIO = TableProjection(
    "portfolio",
    (AccountRow, SeatModelRow, EquityRow, MarkRow, TradeRow, TargetRow, OrderRow, FillRow),
    {
        "AccountOpened": ledgers.opened,
        "SeatModelChanged": ledgers.model_changed,
        "TargetSet": _target,
        "OrderIntended": _intended,
        "OrderAccepted": _accepted,
        "OrderRejected": _rejected,
        "OrderCancelled": _cancelled,
        "OrderFilled": _filled,
        "BorrowCharged": ledgers.borrow_charged,
        "UniverseMarked": ledgers.marked,
        "StrategyMarked": ledgers.strategy_marked,
        "CapitalDeposited": ledgers.deposited,
        "CapitalWithdrawn": ledgers.withdrawn,
    },
)
