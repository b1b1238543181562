"""What questions take: each a parameter of the address."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from core.schemas.base import Schema
from core.strategy import EQUITY, StrategyName
from core.types import WeekId, week_of

MOST = 500


def _any_day(text: str) -> str:
    try:
        return week_of(date.fromisoformat(text))
    except ValueError as error:
        raise ValueError("write a day of the week as YYYY-MM-DD") from error


AnyDay: TypeAlias = Annotated[str, AfterValidator(_any_day)]
"""Any date of a week; it becomes the week's Wednesday."""
Limit: TypeAlias = Annotated[int, Field(ge=1, le=MOST)]
Cursor: TypeAlias = Annotated[int, Field(ge=1, le=2**62)]


class OneWeek(Schema):
    """The newest week when none is given."""

    week: AnyDay | None = None


class Newest(Schema):
    limit: Limit = 50


class OneAccount(Schema):
    account: Annotated[str, Field(max_length=80)] | None = None


class Trades(OneAccount):
    """``before`` is the position of the last trade of the page before."""

    limit: Limit = 100
    before: Cursor | None = None


class Symbols(Schema):
    symbol: Annotated[str, Field(max_length=20)] | None = None


class OneStrategy(Schema):
    """The equity strategy when none is given."""

    strategy: StrategyName = EQUITY


class Indicators(OneWeek):
    symbol: Annotated[str, Field(max_length=20)] | None = None


class Jobs(OneWeek):
    limit: Limit = 50


def week_given(text: str) -> WeekId:
    """BadInput's business is the caller's: ValueError for what is no day."""
    return WeekId(_any_day(text))
