"""Recorded bodies of Alpaca read as orders, fills, positions and cash; the loopback server writes alike."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from core.clock import FixedClock
from core.schemas.order import OrderStatus
from core.types import AccountId, Side
from providers.broker.alpaca import AlpacaBroker
from providers.broker.alpaca_orders import fill_of, order_of, proven_fills
from tests.contract.market_data import CALENDAR
from tests.fixture_files import fixture_path
from tests.servers.alpaca_bodies import account_body, fill_body, order_body, position_body
from tests.servers.alpaca_exchange import FakeExchange

ONE = AccountId("acct_1")


def recorded(name: str) -> object:
    return json.loads(fixture_path(f"alpaca/responses/{name}.json").read_text())


class RecordedApi:
    """The questions a recorded body answers."""

    def account(self):
        return recorded("account")

    def positions(self):
        return recorded("positions")


def test_a_recorded_order_is_read_exactly():
    (row,) = recorded("orders")
    order = order_of(ONE, row)
    assert (order.symbol, order.side, order.status) == ("AAPL", Side.BUY, OrderStatus.FILLED)
    assert (order.quantity, order.filled_quantity) == (Decimal(1), Decimal(1))
    assert order.accepted_at.isoformat() == "2026-06-01T17:22:27.674161+00:00"


def test_a_recorded_fill_is_read_exactly():
    (row,) = recorded("activities")
    (body,) = recorded("orders")
    order = order_of(ONE, {**body, "id": row["order_id"], "qty": "10", "filled_qty": "10"})
    (proven,) = proven_fills(order, [row, row])
    fill = fill_of(order, proven, CALENDAR)
    assert (fill.quantity, fill.price) == (Decimal(10), Decimal("187.25"))
    assert fill.session.isoformat() == "2026-05-20"


def test_recorded_cash_and_positions_are_read_exactly():
    broker = AlpacaBroker({ONE: RecordedApi()}, CALENDAR, FixedClock(FakeExchange().now))
    assert broker.cash(ONE) == Decimal("99694.41")
    assert broker.positions(ONE) == {"AAPL": Decimal(1)}


def written() -> dict[str, dict]:
    """What the loopback server writes of one filled order."""
    exchange = FakeExchange()
    account = exchange.add_account("PK1")
    asked = {"symbol": "SPY", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    order = exchange.submit(account, asked)
    exchange.fill(account, order)
    return {
        "account": account_body(account, exchange.prices),
        "orders": order_body(order),
        "activities": fill_body(account.fills[0]),
        "positions": position_body("SPY", Decimal(1), Decimal("650.25"), order.asset_id),
    }


@pytest.mark.parametrize("name", ["account", "orders", "activities", "positions"])
def test_the_server_writes_every_field_in_the_recorded_type(name):
    body = recorded(name)
    row = body[0] if isinstance(body, list) else body
    ours = written()[name]
    common = {key for key in ours if row.get(key) is not None and ours[key] is not None}
    assert {"account": 15, "orders": 15, "activities": 10, "positions": 10}[name] <= len(common)
    assert {key: type(ours[key]) for key in common} == {key: type(row[key]) for key in common}
