"""Events of forward returns: what a round's suggestions brought, once each horizon is over."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from core.events.envelope import Event
from core.policy import BasisPoints
from core.schemas.base import ShortText
from core.schemas.forward import ForwardReturn


class ForwardReturnMeasured(Event):
    """Suggestions of one round whose return over ``horizon`` sessions was decided at ``session``'s close.

    ``as_of`` is the round's instant and ``settings`` the fingerprint it picked by. ``adjusted`` says
    whether the source's prices carry splits and dividends. The costs are the strategy's, of one side.
    """

    strategy: str
    round_id: str
    as_of: datetime
    settings: str
    horizon: int = Field(ge=1)
    session: date
    benchmark: str
    source: ShortText
    feed: str
    adjusted: bool
    slippage_bps: BasisPoints
    commission_bps: BasisPoints
    returns: tuple[ForwardReturn, ...] = Field(min_length=1)
