"""What memory remembers, and what a search in it brings back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from core.schemas.base import Schema, ShortText, Text


class Collection(StrEnum):
    """What kind of thing is remembered; a collection has one embedding model and one dimension."""

    SETUPS = "trade_setups"
    CONDITIONS = "market_conditions"
    CONTEXT = "symbol_context"
    WEEKS = "council_weeks"


class Remembered(Schema):
    """One document: its text, when it happened, and when its outcome became known (UTC).

    ``known_at`` is the instant from which a search may return it: for a trade the moment it closed,
    for a day's conditions that session's close. ``outcome`` holds numbers (``return``, ``pnl`` USD, …),
    ``event_ids`` what it was made from.
    """

    document_id: str
    collection: Collection
    text: Text
    happened_at: datetime
    known_at: datetime
    symbol: str | None = None
    label: ShortText | None = None
    outcome: Mapping[str, float] = {}
    event_ids: tuple[str, ...] = ()


class Neighbour(Schema):
    """A document and how far it lies from what was asked: cosine ``distance`` 0 (equal) to 2."""

    document: Remembered
    distance: float = Field(ge=0, le=2)
