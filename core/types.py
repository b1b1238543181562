"""Ids, enums, and money on Decimal: the vocabulary every other file shares."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import NewType

WeekId = NewType("WeekId", str)
"""ISO date of the week's Wednesday, e.g. ``2026-11-18``; a week is Wednesday to Tuesday."""
RunId = NewType("RunId", str)
AccountId = NewType("AccountId", str)
StreamId = NewType("StreamId", str)

Money = Decimal
"""US dollars. Cash and fills are kept to the cent-fraction the broker reports, never a float."""
Shares = Decimal
"""Signed quantity of an instrument: positive long, negative short."""


NAMESPACE = uuid.UUID("5d0b0f0e-6a53-5c0e-9a5e-1f7a3c1e2b90")
CENT = Decimal("0.01")
TICK = Decimal("0.0001")
WEDNESDAY = 2


class Direction(StrEnum):
    LONG = "LONG"
    SHORT = "SHORT"
    FLAT = "FLAT"

    @property
    def sign(self) -> int:
        """+1 long, -1 short, 0 flat."""
        return {"LONG": 1, "SHORT": -1, "FLAT": 0}[self.value]


class Horizon(StrEnum):
    DAY = "1d"
    THREE_DAYS = "3d"
    WEEK = "1w"

    @property
    def sessions(self) -> int:
        """Sessions after the entry session at which the position is closed (a week is five)."""
        return {"1d": 1, "3d": 3, "1w": 5}[self.value]


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        return 1 if self is Side.BUY else -1


class CheckpointAction(StrEnum):
    STAY = "STAY"
    EXIT = "EXIT"
    FLIP = "FLIP"
    REDUCE = "REDUCE"


class StoreKind(StrEnum):
    """What a store's numbers mean: a real desk trades paper accounts, the other two never do."""

    REAL = "REAL"
    SIMULATION = "SIMULATION"
    DEMO = "DEMO"


def deterministic_id(*parts: object) -> uuid.UUID:
    """UUIDv5 over what the thing is; equal parts give an equal id on every machine."""
    return uuid.uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))


def week_of(day: date) -> WeekId:
    """The week that contains ``day``: its last Wednesday on or before."""
    return WeekId((day - timedelta(days=(day.weekday() - WEDNESDAY) % 7)).isoformat())


def wednesday(week_id: WeekId) -> date:
    return date.fromisoformat(week_id)


def to_price(value: float | str | Decimal) -> Decimal:
    """A price as Decimal to four places (half-even), whatever float noise it arrived with."""
    return Decimal(str(value)).quantize(TICK, rounding=ROUND_HALF_EVEN)


def to_money(value: Decimal) -> Decimal:
    """Dollars to the cent (half-even)."""
    return value.quantize(CENT, rounding=ROUND_HALF_EVEN)
