"""The rules stand-in of discovery's model: relative strength per unit of volatility, never overbought.

Source: Jegadeesh and Titman, "Returns to buying winners and selling losers", JF 48 (1993), over one
month instead of several, scaled by volatility as in Barroso and Santa-Clara, JFE 116 (2015).
"""

from __future__ import annotations

import math

from core.schemas.discovery import CandidateRow, DiscoveryAnswer, DiscoveryBrief, NamedSymbol

OVERBOUGHT = 70.0
MONTH_SHARE = math.sqrt(20 / 252)
STRONG = 2.0
"""A month's return of so many of its own volatilities is full conviction."""


def discover(brief: DiscoveryBrief) -> DiscoveryAnswer:
    """Symbols that rose more than the market's median, by their return in volatilities."""
    median = brief.market.median_return_20 or 0.0
    found = [
        (strength, row)
        for row in brief.candidates
        if (strength := _strength(row, median)) is not None
    ]
    found.sort(key=lambda one: (-one[0], one[1].symbol))
    return DiscoveryAnswer(
        market_view=_view(brief),
        picks=tuple(_named(row, strength) for strength, row in found[: brief.max_picks]),
    )


def _strength(row: CandidateRow, median: float) -> float | None:
    """The month's return over the median in volatilities; None where it is unknown or not positive."""
    if row.return_20 is None or not row.volatility or row.rsi is None or row.rsi >= OVERBOUGHT:
        return None
    strength = (row.return_20 - median) / (row.volatility * MONTH_SHARE)
    return strength if strength > 0 and row.return_20 > 0 else None


def _named(row: CandidateRow, strength: float) -> NamedSymbol:
    return NamedSymbol(
        symbol=row.symbol,
        score=round(min(strength / STRONG, 1.0), 4),
        reason=(
            f"{row.return_20:+.1%} in 20 sessions, {strength:.2f} of its own volatility above the "
            f"market's median; RSI {row.rsi:.0f} is not overbought."
        ),
    )


def _view(brief: DiscoveryBrief) -> str:
    share = brief.market.above_sma_20
    if share is None:
        return "How broad the market is, is unknown."
    return f"{share:.0%} of symbols stand above their 20-session mean."
