"""Fills of a shadow: at a session's close, with the slippage and commission of the simulated broker."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from core.policy import RiskLimits
from core.rules.ledger import AccountState, apply_fill
from core.schemas.order import BrokerFill
from core.types import TICK, Money, Shares, Side, to_money, to_price

ZERO = Decimal(0)
BASIS_POINTS = Decimal(10_000)
SOURCE = "shadow"


def traded_to(
    state: AccountState,
    symbol: str,
    wanted: Shares,
    at: tuple[date, Decimal],
    terms: RiskLimits,
) -> AccountState:
    """The books after trading to ``wanted``; through zero in two fills, as the desk does."""
    held = state.quantity(symbol)
    if held * wanted < 0:
        state = _filled(state, symbol, -held, at, terms)
        held = ZERO
    return _filled(state, symbol, wanted - held, at, terms) if wanted != held else state


def _filled(
    state: AccountState,
    symbol: str,
    signed: Shares,
    at: tuple[date, Decimal],
    terms: RiskLimits,
) -> AccountState:
    session, mark_price = at
    side = Side.BUY if signed > 0 else Side.SELL
    price = slipped(mark_price, side, terms)
    fill = BrokerFill(
        fill_id=f"{SOURCE}/{session}/{symbol}/{side}",
        client_order_id=f"{SOURCE}/{session}/{symbol}",
        account_id=state.account_id,
        symbol=symbol,
        side=side,
        quantity=abs(signed),
        price=price,
        commission=commission(abs(signed), price, terms),
        filled_at=datetime.combine(session, time(21), tzinfo=UTC),
        session=session,
        price_kind="close",
        source=SOURCE,
    )
    return apply_fill(state, fill)


def slipped(price: Decimal, side: Side, terms: RiskLimits) -> Decimal:
    """USD a share after slippage against the trader, as the simulated broker charges it."""
    return max(to_price(price * (1 + side.sign * terms.slippage_bps / BASIS_POINTS)), TICK)


def commission(shares: Shares, price: Decimal, terms: RiskLimits) -> Money:
    """USD, to the cent."""
    return to_money(shares * price * terms.commission_bps / BASIS_POINTS)
