"""What an account is worth where one week ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from core.rules.ledger import AccountState, apply_fill, equity
from core.schemas.order import BrokerFill


def boundary_equity(
    start: AccountState, closing: Iterable[BrokerFill], marks: Mapping[str, Decimal]
) -> Decimal:
    """Equity in USD: positions sold off count at their exit fills, net of costs; the rest at mark.

    ``start`` is the account before the new week's first order, ``closing`` the fills that took its
    positions back. One week ends and the next begins with the same number, so weekly results add up.
    """
    for fill in closing:
        start = apply_fill(start, fill)
    return equity(start, marks)


def closing_fills(start: AccountState, fills: Iterable[BrokerFill]) -> list[BrokerFill]:
    """The fills against positions held at ``start``, never beyond them."""
    left = {symbol: held.quantity for symbol, held in start.positions.items()}
    closing = []
    for fill in fills:
        held = left.get(fill.symbol, Decimal(0))
        if held * fill.side.sign < 0 and fill.quantity <= abs(held):
            left[fill.symbol] = held + fill.side.sign * fill.quantity
            closing.append(fill)
    return closing
