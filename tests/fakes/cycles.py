"""Cycles by hand: symbols, accounts and signals as a cycle sees them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.market import PriceKind
from core.schemas.cycle import CycleAccount, CycleMarket, CycleSpec, CycleSymbol, Held
from core.schemas.setups import Collection, Neighbour, Remembered
from core.schemas.signal import SignalAction, TradeSignal
from core.strategy import EquityLimits

AS_OF = datetime(2022, 8, 10, 15, tzinfo=UTC)
LIMITS = EquityLimits()


def asset(symbol: str = "AAPL", price: str = "100", **changes: Any) -> CycleSymbol:
    """A liquid symbol: a million shares a day, a range of one per cent."""
    values = {
        "symbol": symbol,
        "price": Decimal(price),
        "price_kind": PriceKind.OPEN,
        "session": date(2022, 8, 10),
        "known_at": AS_OF,
        "sector": "technology",
        "average_volume": 1_000_000.0,
        "dollar_volume": 1_000_000.0 * float(price),
        "indicators": {"atr_14": float(price) / 100, "rsi_14": 50.0},
    }
    return CycleSymbol.model_validate({**values, **changes})


def held(symbol: str, quantity: int, price: str = "100", **changes: Any) -> Held:
    values = {
        "symbol": symbol,
        "quantity": Decimal(quantity),
        "average_cost": Decimal(price),
        "price": Decimal(price),
        "sector": "technology",
    }
    return Held.model_validate({**values, **changes})


def account(*positions: Held, cash: str = "100000", **changes: Any) -> CycleAccount:
    worth = sum((one.quantity * one.price for one in positions), Decimal(cash))
    values = {"equity": worth, "cash": Decimal(cash), "held": positions}
    return CycleAccount.model_validate({**values, **changes})


def market(*assets: CycleSymbol, of: CycleAccount | None = None, **changes: Any) -> CycleMarket:
    values = {
        "as_of": AS_OF,
        "source": "files",
        "feed": "iex",
        "adjusted": True,
        "symbols": assets,
        "account": of or account(),
    }
    return CycleMarket.model_validate({**values, **changes})


def signal(
    symbol: str = "AAPL",
    action: SignalAction = SignalAction.BUY,
    quantity: int = 100,
    confidence: float = 0.8,
) -> TradeSignal:
    return TradeSignal(
        symbol=symbol,
        action=action,
        quantity=Decimal(quantity),
        confidence=confidence,
        reasons=("it rose",),
    )


def spec(*symbols: str, execute: bool = False) -> CycleSpec:
    return CycleSpec(
        strategy="equity_cycle",
        account_id="acct_7",
        trigger="manual",
        symbols=symbols,
        execute=execute,
    )


def setup(number: int, returned: float | None, distance: float = 0.05) -> Neighbour:
    """A similar setup whose trade brought this return."""
    document = Remembered(
        document_id=f"setup-{number}",
        collection=Collection.SETUPS,
        text="a steady rise",
        happened_at=datetime(2022, 1, number, tzinfo=UTC),
        known_at=datetime(2022, 2, number, tzinfo=UTC),
        symbol="MSFT",
        label="won" if (returned or 0) > 0 else "lost",
        outcome={} if returned is None else {"return": returned},
    )
    return Neighbour(document=document, distance=distance)
