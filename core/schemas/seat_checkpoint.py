"""One account as a checkpoint finds it: a position to judge, or why there is nothing to do."""

from __future__ import annotations

from core.schemas.base import Schema
from core.schemas.breaker import Halt
from core.schemas.briefs import CheckpointBrief
from core.types import AccountId


class SeatCheckpoint(Schema):
    """``brief`` is None when nothing can be done; ``idle_because`` then names the rule.

    ``model`` is who sits here.
    """

    account_id: AccountId
    model: str
    brief: CheckpointBrief | None = None
    idle_because: str | None = None
    conviction: float = 0.0
    flips_used: int = 0
    shortable: bool = True
    halts: tuple[Halt, ...] = ()
