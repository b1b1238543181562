"""An order as a row of a table: what was asked for, and what became of it."""

from __future__ import annotations

from pages.ui.format import dollars, shares, words
from storage.queries import OrderLine


def order_cells(one: OrderLine) -> dict[str, object]:
    """Prices in USD a share; ``decided at`` is the price the decision saw."""
    return {
        "order": f"{one.side} {shares(one.quantity)} {one.symbol}",
        "why": words(one.purpose),
        "status": words(one.status),
        "filled": shares(one.filled) if one.filled else "0",
        "at price": dollars(one.price, 2),
        "decided at": dollars(one.reference_price, 2),
        "costs": dollars(one.commission, 2),
    }
