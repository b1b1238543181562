"""A week compared across its accounts, scored by code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.schemas.base import Schema
from core.types import AccountId, Direction, WeekId


class AccountWeek(Schema):
    """One account over the week: equities in USD at its start and end, return as a fraction.

    ``fired`` lists the invalidation rules that were met, ``actions`` the checkpoints that acted.
    """

    account_id: AccountId
    instrument: str | None
    direction: Direction
    conviction_first: float
    conviction_last: float
    equity_start: Decimal
    equity_end: Decimal
    pnl: Decimal
    week_return: float
    thesis_right: bool | None
    fired: tuple[str, ...]
    actions: tuple[str, ...]
    panic_exits: int


class Postmortem(Schema):
    """``provisional`` until the week's exit fills are in; marks are of ``last_session``'s close.

    An account that did not take the week up is not among ``accounts``; a council that did not has no
    return.
    """

    week_id: WeekId
    first_session: date
    last_session: date
    provisional: bool
    accounts: tuple[AccountWeek, ...]
    council_return: float | None
    mean_pm_return: float | None
    best_pm: AccountId | None
    best_pm_return: float | None
    text: str
    text_by: str
