"""The prices of one session as the universe was marked: all a postmortem knows of the market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SessionPrices:
    """Opens (where they are known) and closes of a session by symbol, USD a share."""

    session: date
    closes: Mapping[str, Decimal]
    opens: Mapping[str, Decimal] = field(default_factory=dict)


def last_close(prices: Sequence[SessionPrices], symbol: str) -> Decimal | None:
    """The newest close of these sessions; None when none has one."""
    found = (one.closes[symbol] for one in reversed(prices) if symbol in one.closes)
    return next(found, None)


def known_prices(prices: Sequence[SessionPrices], symbol: str, since: date) -> list[Decimal]:
    """Every open and close of the symbol from that session on."""
    return [
        side[symbol]
        for one in prices
        if one.session >= since
        for side in (one.opens, one.closes)
        if symbol in side
    ]
