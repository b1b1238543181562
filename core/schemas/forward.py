"""What a suggestion brought: its return over some sessions, or why there is none."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from core.market import PriceKind
from core.schemas.base import Schema, ShortText, Symbol
from core.schemas.suggestion import Picker


class ForwardStatus(StrEnum):
    MEASURED = "measured"
    HOLE = "no bar of the last session"
    """Traded on, but not on the session the return ends on: nothing is filled in."""
    DELISTED = "delisted"
    """No bar for longer than a halt lasts; valued at its last price."""
    NO_ENTRY = "no price after the suggestion"


class ForwardReturn(Schema):
    """One suggestion over ``horizon`` sessions; returns are fractions, prices USD as the source has them.

    ``due`` is the session of the first price after the suggestion by the calendar, ``entry_session``
    the one that had it; ``exit_session`` is that of ``exit_price`` (before ``ends``, the horizon's last
    session, only for a delisted symbol). ``benchmark`` runs from the same price to ``ends``. ``known``
    is the session whose close decided it. ``holes`` are sessions in between without a bar, ``splits``
    jumps that look like a split the source did not adjust for: stated, and left out of averages.
    """

    suggestion_id: str
    symbol: Symbol
    rank: int = Field(ge=1)
    picked_by: tuple[Picker, ...]
    horizon: int = Field(ge=1, le=250)
    status: ForwardStatus
    due: date
    known: date
    ends: date | None = None
    entry_session: date | None = None
    entry_kind: PriceKind | None = None
    entry_price: float | None = None
    exit_session: date | None = None
    exit_price: float | None = None
    returned: float | None = None
    benchmark: float | None = None
    excess: float | None = None
    holes: int = Field(default=0, ge=0)
    splits: tuple[ShortText, ...] = ()
    traded: bool = False

    @property
    def counts(self) -> bool:
        """Whether it may stand in an average: a return that no suspected split explains."""
        return self.returned is not None and not self.splits
