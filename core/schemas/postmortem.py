"""A week compared across its accounts, scored by code; then what a model is asked to write of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from core.schemas.base import Schema, ShortText, Text
from core.schemas.postmortem_scores import PostmortemScores
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
    return. ``scores`` is None in postmortems from before there were any.
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
    scores: PostmortemScores | None = None


class PostmortemArgument(Schema):
    """A best argument against a pitch, with the condition beside it: a reviewer's own words."""

    pitch_of: AccountId
    by: AccountId
    argument: str
    flip_condition: str


class PostmortemBrief(Schema):
    """What the chairman's model is told when it is asked to write about a week that is over."""

    week_id: WeekId
    report: Postmortem
    rationale: str
    arguments: tuple[PostmortemArgument, ...]


class PostmortemAnswer(Schema):
    """What it writes: one paragraph of what happened, and what to do otherwise."""

    text: Text
    lessons: Annotated[tuple[ShortText, ...], Field(min_length=1, max_length=4)]


class PostmortemTold(PostmortemAnswer):
    """The chairman's words on a closed week, and the model that wrote them."""

    week_id: WeekId
    model: str
