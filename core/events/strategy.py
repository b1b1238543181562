"""Events of a strategy: switched on or off, and the money a person gave it or took from it.

What a round trip brought is an event of its cycle (``TradeOutcomeKnown``), and no movement of capital.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from core.events.envelope import Event
from core.types import AccountId


class StrategyEnabled(Event):
    strategy: str
    reason: str
    by: str


class StrategyDisabled(Event):
    """``cause``: a person's word, or the rule's, whose numbers are in ``reason``."""

    strategy: str
    reason: str
    by: str
    cause: Literal["manual", "underperformed"] = "manual"


class CapitalDeposited(Event):
    """Money given to a strategy's account, USD, positive; in the account's stream, before what it buys."""

    strategy: str
    account_id: AccountId
    amount: Decimal = Field(gt=0)
    reason: str
    by: str


class CapitalWithdrawn(Event):
    """Money taken from a strategy's account, USD, positive; never more than its cash."""

    strategy: str
    account_id: AccountId
    amount: Decimal = Field(gt=0)
    reason: str
    by: str
