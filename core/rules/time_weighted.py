"""Returns around deposits and withdrawals: what the money earned, whoever put in how much and when."""

from __future__ import annotations

from collections.abc import Iterable

from core.types import Money


def grown(before: Money, flow: Money, after: Money) -> float:
    """Growth from one close to the next, 1 for none; ``flow`` (USD) came in (positive) between them.

    Money that moves between two closes counts as there from the first: it could be traded with that
    day, and no price of its own instant is on record. Without any money there is no return.
    """
    invested = before + flow
    return float(after / invested) if invested > 0 else 1.0


def time_weighted(capital: Money, closes: Iterable[tuple[Money, Money]]) -> list[float]:
    """Growth since the start at each close, of (flow since the close before, equity at it) in USD."""
    growth, before, found = 1.0, capital, []
    for flow, equity in closes:
        growth *= grown(before, flow, equity)
        before = equity
        found.append(growth)
    return found
