"""Cash, positions, closed trades and equity: the core's own ledger, applied event by event."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from core.events.envelope import StoredEvent
from core.rules.breaker import Gauge
from core.rules.ledger import AccountState, Position, apply_cash, apply_fill, equity, exposure
from core.rules.round_trip import ClosedTrade
from core.schemas.order import BrokerFill
from core.strategy import MACRO
from core.types import AccountId
from storage.projections.portfolio_tables import (
    AccountRow,
    EquityRow,
    MarkRow,
    SeatModelRow,
    TradeRow,
)
from storage.projections.writing import Row, Rows, as_text

Positions = TypeAdapter(dict[str, Position])
OPENING = ""


def opened(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    cash = payload["starting_cash"]
    rows.put(
        AccountRow,
        {
            **{name: payload[name] for name in ("account_id", "name", "strategy", "model")},
            "opened_at": event.occurred_at,
            "starting_cash": cash,
            "peak": cash,
            **_columns(AccountState(_account(payload), Decimal(str(cash)))),
        },
    )
    _seated(rows, event, OPENING)


def model_changed(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    rows.change(AccountRow, {"account_id": payload["account_id"]}, {"model": payload["model"]})
    _seated(rows, event, payload["week_id"])


def _seated(rows: Rows, event: StoredEvent, since: Any) -> None:
    payload = event.payload
    seat = {"account_id": payload["account_id"], "since_week": since, "model": payload["model"]}
    rows.put(SeatModelRow, seat)


def filled(rows: Rows, event: StoredEvent) -> None:
    fill = BrokerFill.model_validate(event.payload["fill"])
    for row in rows.read(AccountRow, {"account_id": fill.account_id}):
        state = apply_fill(_state(row), fill)
        rows.change(AccountRow, {"account_id": fill.account_id}, _columns(state))
        for trade in state.closed_trades:
            rows.put(TradeRow, _trade(event.position, fill.account_id, trade))


def borrow_charged(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    for row in rows.read(AccountRow, {"account_id": payload["account_id"]}):
        amount = Decimal(str(payload["amount"]))
        state = apply_cash(_state(row), -amount, str(payload["symbol"]))
        rows.change(AccountRow, {"account_id": payload["account_id"]}, _columns(state))


def deposited(rows: Rows, event: StoredEvent) -> None:
    _moved(rows, event, Decimal(str(event.payload["amount"])))


def withdrawn(rows: Rows, event: StoredEvent) -> None:
    _moved(rows, event, -Decimal(str(event.payload["amount"])))


def _moved(rows: Rows, event: StoredEvent, amount: Decimal) -> None:
    """Capital in or out; the peak moves with the newest close, so that the drawdown stays as it was."""
    account_id = event.payload["account_id"]
    for row in rows.read(AccountRow, {"account_id": account_id}):
        days = rows.read(EquityRow, {"account_id": account_id})
        worth = Decimal(max(days, key=_session)["equity"]) if days else Decimal(row["cash"])
        gauge = Gauge(worth, Decimal(row["peak"])).with_flow(amount)
        state = apply_cash(_state(row), amount)
        changes = {**_columns(state), "peak": str(gauge.peak)}
        rows.change(AccountRow, {"account_id": account_id}, changes)


def _session(row: Row) -> str:
    return str(row["session"])


def marked(rows: Rows, event: StoredEvent) -> None:
    """The council's accounts at the session's close; one that holds what was never marked has none."""
    payload: dict[str, Any] = event.payload
    names = ("symbol", "session", "price", "source", "feed")
    rows.put(MarkRow, *({name: price[name] for name in names} for price in payload["prices"]))
    marks = {row["symbol"]: Decimal(row["price"]) for row in rows.read(MarkRow)}
    for row in rows.read(AccountRow, {"strategy": MACRO}):
        state = _state(row)
        if state.positions.keys() <= marks.keys():
            _worth(rows, payload["session"], state, Decimal(row["peak"]), marks)


def strategy_marked(rows: Rows, event: StoredEvent) -> None:
    """A strategy's own account, at the prices its own mark names."""
    payload: dict[str, Any] = event.payload
    marks = {one["symbol"]: Decimal(one["price"]) for one in payload["prices"]}
    for row in rows.read(AccountRow, {"account_id": payload["account_id"]}):
        _worth(rows, payload["session"], _state(row), Decimal(row["peak"]), marks)


def _worth(
    rows: Rows, session: str, state: AccountState, peak: Decimal, marks: Mapping[str, Decimal]
) -> None:
    worth = equity(state, marks)
    highest = max(peak, worth)
    rows.put(
        EquityRow,
        {
            "account_id": state.account_id,
            "session": session,
            "equity": str(worth),
            "cash": str(state.cash),
            "gross": str(exposure(state, marks).gross),
            "peak": str(highest),
        },
    )
    if highest > peak:
        rows.change(AccountRow, {"account_id": state.account_id}, {"peak": str(highest)})


def _account(payload: Mapping[str, Any]) -> AccountId:
    return AccountId(payload["account_id"])


def _state(row: Row) -> AccountState:
    """The ledger as the row keeps it; trades closed before are rows of their own."""
    return AccountState(
        account_id=_account(row),
        cash=Decimal(row["cash"]),
        positions=Positions.validate_json(row["positions"]),
        realised_pnl=Decimal(row["realised_pnl"]),
        costs=Decimal(row["costs"]),
        traded_notional=Decimal(row["traded_notional"]),
    )


def _columns(state: AccountState) -> dict[str, str]:
    return {
        "cash": str(state.cash),
        "positions": as_text(Positions.dump_python(dict(state.positions), mode="json")),
        "realised_pnl": str(state.realised_pnl),
        "costs": str(state.costs),
        "traded_notional": str(state.traded_notional),
    }


def _trade(position: int, account_id: AccountId, trade: ClosedTrade) -> dict[str, Any]:
    return {
        "position": position,
        "account_id": account_id,
        "symbol": trade.symbol,
        "direction": trade.direction,
        "quantity": str(trade.quantity),
        "entry_price": str(trade.entry_price),
        "exit_price": str(trade.exit_price),
        "pnl": str(trade.pnl),
        "opened_at": trade.opened_at.isoformat(),
        "closed_at": trade.closed_at.isoformat(),
    }
