"""Events of money: a call that was not made because the week could not afford it."""

from __future__ import annotations

from decimal import Decimal

from core.events.envelope import Event
from core.types import WeekId


class BudgetStopped(Event):
    """``call`` to ``model`` was not made: with it the week could cost more than ``limit_usd``.

    All in USD: ``spent_usd`` so far, ``reserved_usd`` for calls under way, ``estimate_usd`` the most
    this one could cost (None: its model has no price).
    """

    week_id: WeekId
    call: str
    model: str
    spent_usd: Decimal
    reserved_usd: Decimal
    estimate_usd: Decimal | None
    limit_usd: Decimal
