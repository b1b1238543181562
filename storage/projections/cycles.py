"""Trading cycles as rows: how each went, and how far every symbol came in it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from orjson import loads

from core.events.envelope import StoredEvent
from storage.projections.cycle_tables import CycleRow, CycleSymbolRow, StrategyMarkRow
from storage.projections.writing import Rows, TableProjection, as_text

RUNNING, COMPLETED, FAILED = "running", "completed", "failed"


def _started(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    spec = payload["spec"]
    rows.put(
        CycleRow,
        {
            **{name: payload[name] for name in ("cycle_id", "week_id", "asked_as")},
            **{name: spec[name] for name in ("strategy", "account_id", "trigger", "execute")},
            "as_of": event.occurred_at,
            "status": RUNNING,
            "outcome": "",
            "orders": 0,
            "symbols": as_text(spec["symbols"]),
            "absent": "{}",
            "source": "",
            "news": "",
            "known_setups": False,
            "models": "{}",
            "silent": "{}",
            "synthesis": "",
            "position": event.position,
        },
    )


def _frozen(rows: Rows, event: StoredEvent) -> None:
    value, cycle = _value(event), _cycle(event)
    account = value["account"]
    told = {name: value[name] for name in ("source", "news", "known_setups")}
    seen = {"absent": as_text(value["absent"]), "equity": account["equity"]}
    rows.change(CycleRow, cycle, {**told, **seen, "cash": account["cash"]})
    held = {one["symbol"]: one["quantity"] for one in account["held"]}
    rows.put(
        CycleSymbolRow,
        *(_symbol(cycle, place, one, held) for place, one in enumerate(value["symbols"])),
    )


def _symbol(
    cycle: dict[str, Any], place: int, one: dict[str, Any], held: dict[str, str]
) -> dict[str, Any]:
    return {
        **cycle,
        "symbol": one["symbol"],
        "place": place,
        "price": one["price"],
        "sector": one["sector"],
        "held": held.get(one["symbol"], "0"),
        "neighbours": as_text([_neighbour(each) for each in one["neighbours"]]),
    }


def _neighbour(found: dict[str, Any]) -> dict[str, Any]:
    document = found["document"]
    names = ("document_id", "symbol", "label", "happened_at", "outcome")
    return {"distance": found["distance"], **{name: document[name] for name in names}}


def _signalled(rows: Rows, event: StoredEvent) -> None:
    value = _value(event)
    _spoke(rows, event, "data_analyst")
    for one in value["signals"]:
        _change(rows, event, one["symbol"], {"action": one["action"], "signal": as_text(one)})


def _assessed(rows: Rows, event: StoredEvent) -> None:
    """A week's assessment has accounts, a cycle's has signals."""
    if "signals" not in _value(event):
        return
    _spoke(rows, event, "risk_manager")
    _step(rows, event, "risk", _value(event)["signals"])


def _validated(rows: Rows, event: StoredEvent) -> None:
    _spoke(rows, event, "validator")
    _step(rows, event, "validation", _value(event)["signals"])


def _decided(rows: Rows, event: StoredEvent) -> None:
    value = _value(event)
    _spoke(rows, event, "meta_decision")
    rows.change(
        CycleRow, _cycle(event), {name: value[name] for name in ("verdict", "score", "synthesis")}
    )
    _step(rows, event, "choice", value["choices"])


def _planned(rows: Rows, event: StoredEvent) -> None:
    """Only a cycle has rows here: a week's plan changes none."""
    for intent in _value(event):
        _change(rows, event, intent["symbol"], {"planned": intent["quantity"]})


def _executed(rows: Rows, event: StoredEvent) -> None:
    """The mean price of all fills so far."""
    payload: dict[str, Any] = event.payload
    fill, where = payload["fill"], {"cycle_id": payload["cycle_id"]}
    for row in rows.read(CycleSymbolRow, {**where, "symbol": fill["symbol"]}):
        before, price = Decimal(row["filled"] or 0), Decimal(row["fill_price"] or 0)
        shares = Decimal(fill["quantity"])
        total = before + shares
        mean = (before * price + shares * Decimal(fill["price"])) / total
        told = {"filled": str(total), "fill_price": str(mean)}
        rows.change(CycleSymbolRow, {**where, "symbol": fill["symbol"]}, told)


def _outcome(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    where = {"cycle_id": payload["cycle_id"], "symbol": payload["symbol"]}
    rows.change(CycleSymbolRow, where, {name: payload[name] for name in ("pnl", "returned")})


def _completed(rows: Rows, event: StoredEvent) -> None:
    told = {name: event.payload[name] for name in ("outcome", "orders")}
    where = {"cycle_id": event.payload["cycle_id"]}
    rows.change(CycleRow, where, {**told, "status": COMPLETED})


def _failed(rows: Rows, event: StoredEvent) -> None:
    """Only a cycle has a row here: a week's failed stage changes none."""
    payload = event.payload
    told = {"status": FAILED, "outcome": f"{payload['stage']}: {payload['message']}"}
    rows.change(CycleRow, {"cycle_id": payload["run_id"]}, told)


def _marked(rows: Rows, event: StoredEvent) -> None:
    payload: dict[str, Any] = event.payload
    names = ("symbol", "session", "price", "source", "feed")
    strategy = {"strategy": payload["strategy"]}
    marks = ({**strategy, **{name: one[name] for name in names}} for one in payload["prices"])
    rows.put(StrategyMarkRow, *marks)


def _spoke(rows: Rows, event: StoredEvent, agent: str) -> None:
    """Who answered at this step, and why there was no usable answer."""
    value, where = _value(event), _cycle(event)
    for row in rows.read(CycleRow, where):
        models, silent = loads(row["models"]), loads(row["silent"])
        if value["model"] is not None:
            models[agent] = value["model"]
        if value["silent_because"] is not None:
            silent[agent] = value["silent_because"]
        rows.change(CycleRow, where, {"models": as_text(models), "silent": as_text(silent)})


def _step(rows: Rows, event: StoredEvent, column: str, words: Iterable[dict[str, Any]]) -> None:
    for one in words:
        _change(rows, event, one["symbol"], {column: as_text(one)})


def _change(rows: Rows, event: StoredEvent, symbol: str, changes: dict[str, Any]) -> None:
    rows.change(CycleSymbolRow, {**_cycle(event), "symbol": symbol}, changes)


def _value(event: StoredEvent) -> Any:
    return event.payload["value"]


def _cycle(event: StoredEvent) -> dict[str, Any]:
    return {"cycle_id": event.payload["run_id"]}


CYCLES = TableProjection(
    "cycles",
    (CycleRow, CycleSymbolRow, StrategyMarkRow),
    {
        "CycleStarted": _started,
        "CycleMarketFrozen": _frozen,
        "SignalGenerated": _signalled,
        "RiskAssessed": _assessed,
        "ValidationComplete": _validated,
        "MetaAgentDecision": _decided,
        "OrdersPlanned": _planned,
        "CycleCompleted": _completed,
        "StageFailed": _failed,
        "TradeExecuted": _executed,
        "TradeOutcomeKnown": _outcome,
        "StrategyMarked": _marked,
    },
)
