"""Events of a strategy: switched on or off, and the money a person gave it or took from it."""

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
    """Money given to a strategy's account, USD, positive; a return is measured around it."""

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


class ProfitRealised(Event):
    """A position that closed: what it brought net of costs (USD, negative for a loss)."""

    strategy: str
    account_id: AccountId
    symbol: str
    amount: Decimal
    closing_order: str
