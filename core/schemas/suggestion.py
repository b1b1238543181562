"""What a discovery round says of a symbol: each picker's word, the ensemble's, the watchlist's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import Field

from core.schemas.base import Schema, ShortText, Symbol

Unit: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class Picker(StrEnum):
    METRIC = "metric"
    FUZZY = "fuzzy"
    LLM = "llm"
    ENSEMBLE = "ensemble"
    MANUAL = "manual"


class Pick(Schema):
    """One picker's word on one symbol: ``score`` 0-1, its parts, its reasons, and what it did not know."""

    symbol: Symbol
    picker: Picker
    picked: bool
    score: Unit
    parts: Mapping[str, Unit] = {}
    reasons: tuple[ShortText, ...] = ()
    unknown: tuple[ShortText, ...] = ()


class Suggestion(Schema):
    """A symbol the ensemble suggests: ``rank`` from 1, ``picks`` one a picker that looked at it.

    ``suggestion_id`` is deterministic over strategy, instant and symbol. ``price`` is the last close
    known at ``as_of`` (USD, adjusted as its source says).
    """

    suggestion_id: str
    symbol: Symbol
    as_of: datetime
    rank: int = Field(ge=1)
    score: Unit
    price: float = Field(gt=0)
    picks: tuple[Pick, ...]


class WatchEntry(Schema):
    """One line of the watchlist; ``source`` is who put it there, ``pinned`` a person's word."""

    symbol: Symbol
    source: Picker
    score: Unit
    reason: ShortText
    added_at: datetime
    pinned: bool = False
    suggestion_id: str | None = None
