"""What trading costs where nobody bills it: slippage, commission and borrow, in basis points."""

from __future__ import annotations

from decimal import Decimal

from core.types import TICK, Money, Shares, Side, to_money, to_price

BASIS_POINT = Decimal("0.0001")
SESSIONS_A_YEAR = 252


def slipped(market_price: Decimal, side: Side, bps: Decimal) -> Decimal:
    """USD a share after slippage against the trader, to four places and never below one tick."""
    return max(to_price(market_price * (1 + side.sign * bps * BASIS_POINT)), TICK)


def commission(quantity: Shares, price: Decimal, bps: Decimal) -> Money:
    """USD, to the cent, for a positive quantity."""
    return to_money(quantity * price * bps * BASIS_POINT)


def borrow_for_a_session(short: Shares, price: Decimal, bps: Decimal) -> Money:
    """USD, to the cent: one session of ``bps`` a year on a short of that many (positive) shares."""
    rate = bps * BASIS_POINT / SESSIONS_A_YEAR
    return to_money(short * price * rate)
