"""Alpaca's JSON as its paper API writes it: money as strings, nine fractional digits in a time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.servers.alpaca_exchange import FakeAccount, FakeFill, FakeOrder, Listing

CLASS = "us_equity"


def stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f") + "417Z"


def text(number: Decimal) -> str:
    """Plain digits without needless zeros, as Alpaca writes quantities."""
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def refusal(code: int, message: str, **more: object) -> dict:
    return {"code": code, "message": message, **more}


def account_body(account: FakeAccount, prices: dict[str, Decimal]) -> dict:
    values = {symbol: held * prices[symbol] for symbol, held in account.positions.items()}
    equity = account.cash + sum(values.values(), Decimal(0))
    power = text(4 * account.cash)
    return {
        "id": account.account_id,
        "account_number": account.number,
        "status": "ACTIVE",
        "currency": "USD",
        "cash": text(account.cash),
        "equity": text(equity),
        "last_equity": f"{equity:.14f}",
        "portfolio_value": text(equity),
        "long_market_value": text(sum((v for v in values.values() if v > 0), Decimal(0))),
        "short_market_value": text(sum((v for v in values.values() if v < 0), Decimal(0))),
        "multiplier": "4",
        "buying_power": power,
        "regt_buying_power": power,
        "daytrading_buying_power": "0",
        "accrued_fees": "0",
        "shorting_enabled": True,
        "trading_blocked": False,
        "account_blocked": False,
        "transfers_blocked": False,
        "trade_suspended_by_user": False,
        "created_at": "2026-03-13T17:38:35.639864Z",
    }


def asset_body(listing: Listing) -> dict:
    return {
        "id": listing.asset_id,
        "class": CLASS,
        "exchange": "ARCA",
        "symbol": listing.symbol,
        "name": f"{listing.symbol} fund",
        "status": "active",
        "tradable": listing.tradable,
        "marginable": True,
        "shortable": listing.shortable,
        "easy_to_borrow": listing.easy_to_borrow,
        "fractionable": listing.fractionable,
        "attributes": [],
    }


def position_body(symbol: str, held: Decimal, price: Decimal, asset_id: str) -> dict:
    return {
        "asset_id": asset_id,
        "asset_class": CLASS,
        "symbol": symbol,
        "exchange": "ARCA",
        "side": "long" if held > 0 else "short",
        "qty": text(held),
        "qty_available": text(held),
        "avg_entry_price": text(price),
        "market_value": text(held * price),
        "cost_basis": text(held * price),
        "current_price": text(price),
        "asset_marginable": True,
    }


def order_body(order: FakeOrder) -> dict:
    average = None if not order.filled else text(round(order.spent / order.filled, 6))
    filled_at = stamp(order.filled_at) if order.filled_at else None
    return {
        "id": order.order_id,
        "client_order_id": order.client_order_id,
        "created_at": stamp(order.submitted_at),
        "submitted_at": stamp(order.submitted_at),
        "updated_at": stamp(order.updated_at),
        "filled_at": filled_at if order.status == "filled" else None,
        "expired_at": stamp(order.updated_at) if order.status == "expired" else None,
        "canceled_at": stamp(order.updated_at) if order.status == "canceled" else None,
        "failed_at": None,
        "asset_id": order.asset_id,
        "symbol": order.symbol,
        "asset_class": CLASS,
        "notional": None,
        "qty": text(order.qty),
        "filled_qty": text(order.filled),
        "filled_avg_price": average,
        "order_class": "",
        "order_type": "market",
        "type": "market",
        "side": order.side,
        "position_intent": f"{order.side}_to_open",
        "time_in_force": "day",
        "limit_price": None,
        "stop_price": None,
        "status": order.status,
        "extended_hours": False,
        "legs": None,
    }


def fill_body(fill: FakeFill) -> dict:
    return {
        "id": fill.activity_id,
        "activity_type": "FILL",
        "transaction_time": stamp(fill.at),
        "type": "fill" if fill.leaves == 0 else "partial_fill",
        "price": text(fill.price),
        "qty": text(fill.qty),
        "side": fill.side,
        "symbol": fill.symbol,
        "leaves_qty": text(fill.leaves),
        "cum_qty": text(fill.cumulative),
        "order_id": fill.order_id,
        "order_status": "filled" if fill.leaves == 0 else "partially_filled",
    }
