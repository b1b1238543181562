"""What stands behind accounts that share a key: one broker account, and a mid to exchange at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from core.ports import Broker, Statements


class Mid(NamedTuple):
    """The middle of bid and ask, USD a share, and when it was quoted."""

    price: Decimal
    at: datetime
    session: date
    source: str


class KeyBroker(Broker, Statements, Protocol):
    """The broker account that all share, with its own books."""


MidOf = Callable[[str, datetime], Mid | None]
"""(symbol, decided at) → the first mid after that instant; None while the market is closed."""
