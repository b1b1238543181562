"""Where strategies with accounts of their own stand: growth around capital, at each of their marks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.events.envelope import StoredEvent
from core.rules.time_weighted import grown
from core.strategy import MACRO
from storage.projections.strategy_tables import CapitalRow, StrategyDayRow, StrategyStandingRow
from storage.projections.writing import Rows, TableProjection


def _opened(rows: Rows, event: StoredEvent) -> None:
    """The council's accounts have no capital moved and are measured elsewhere."""
    payload: dict[str, Any] = event.payload
    if payload["strategy"] == MACRO:
        return
    rows.put(
        StrategyStandingRow,
        {
            "strategy": payload["strategy"],
            "account_id": payload["account_id"],
            "opened_at": event.occurred_at,
            "capital": payload["starting_cash"],
            "equity": payload["starting_cash"],
            "flow": "0",
            "growth": 1.0,
            "best": 1.0,
        },
    )


def _deposited(rows: Rows, event: StoredEvent) -> None:
    _moved(rows, event, Decimal(str(event.payload["amount"])))


def _withdrawn(rows: Rows, event: StoredEvent) -> None:
    _moved(rows, event, -Decimal(str(event.payload["amount"])))


def _moved(rows: Rows, event: StoredEvent, amount: Decimal) -> None:
    payload: dict[str, Any] = event.payload
    told = {name: payload[name] for name in ("strategy", "account_id", "by", "reason")}
    when = {"position": event.position, "at": event.occurred_at, "event_id": event.event_id}
    rows.put(CapitalRow, {**when, **told, "amount": str(amount)})
    for row in rows.read(StrategyStandingRow, {"strategy": payload["strategy"]}):
        changes = {
            "capital": str(Decimal(row["capital"]) + amount),
            "flow": str(Decimal(row["flow"]) + amount),
        }
        rows.change(StrategyStandingRow, {"strategy": payload["strategy"]}, changes)


def _marked(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    for row in rows.read(StrategyStandingRow, {"strategy": payload["strategy"]}):
        worth = Decimal(str(payload["equity"]))
        growth = row["growth"] * grown(Decimal(row["equity"]), Decimal(row["flow"]), worth)
        now = {
            "session": payload["session"],
            "equity": str(worth),
            "growth": growth,
            "best": max(row["best"], growth),
        }
        price = (payload["benchmark"] or {}).get("price")
        benchmark = None if price is None else float(price)
        day = {"strategy": payload["strategy"], **now, "benchmark": benchmark}
        rows.put(StrategyDayRow, day)
        rows.change(StrategyStandingRow, {"strategy": row["strategy"]}, {**now, "flow": "0"})


STRATEGIES = TableProjection(
    "strategies",
    (StrategyStandingRow, StrategyDayRow, CapitalRow),
    {
        "AccountOpened": _opened,
        "CapitalDeposited": _deposited,
        "CapitalWithdrawn": _withdrawn,
        "StrategyMarked": _marked,
    },
)
