"""Returns around deposits and withdrawals: what the money earned, whoever put in how much and when."""

from __future__ import annotations

from core.types import Money


def grown(before: Money, flow: Money, after: Money) -> float:
    """Growth from one close to the next, 1 for none; ``flow`` (USD) came in (positive) between them.

    Money that moves between two closes counts as there from the first: it could be traded with that
    day, and no price of its own instant is on record. Without any money there is no return.
    """
    invested = before + flow
    return float(after / invested) if invested > 0 else 1.0
