"""What capital a person may move into a strategy's account and out of it."""

from __future__ import annotations

from decimal import Decimal

from core.rules.account_book import AccountBook
from core.types import CENT, Money, Side

MOST = Decimal(1_000_000_000)
"""USD at once: beyond it somebody has slipped on a key."""


def refused_amount(amount: Money) -> str | None:
    """Why no such amount is moved (USD); None for one that may be."""
    if not amount.is_finite() or not 0 < amount <= MOST:
        return f"an amount of {amount} USD: give one above 0 and at most {MOST:,}"
    if amount != amount.quantize(CENT):
        return f"an amount of {amount} USD: give it to the cent"
    return None


def refused_withdrawal(book: AccountBook, amount: Money) -> str | None:
    """Why the account cannot give so much (USD); None when it can.

    While an order to buy is under way nobody knows how much cash it will leave.
    """
    buying = [
        order.intent.symbol
        for order in book.open_orders.values()
        if order.intent.side is Side.BUY and order.remaining
    ]
    if buying:
        return (
            f"{book.account_id} is buying {', '.join(sorted(buying))}: withdraw once it has filled"
        )
    if amount > book.ledger.cash:
        return (
            f"{book.account_id} has {book.ledger.cash:.2f} USD in cash, {amount:.2f} is more: "
            "withdraw less, or close positions first"
        )
    return None
