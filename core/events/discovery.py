"""Events of discovery: a round, what it suggested, where pickers parted, and the watchlist's moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field, JsonValue

from core.events.envelope import Event
from core.schemas.base import Remark, Schema, ShortText, Symbol
from core.schemas.comparison import Comparison
from core.schemas.suggestion import Pick, Picker, Suggestion, Unit, WatchEntry


class DivergedPair(Schema):
    """What both said of one symbol."""

    symbol: Symbol
    metric: Pick
    llm: Pick


class DiscoverySettingsRecorded(Event):
    """The pickers' thresholds and weights, whole, under the fingerprint that rounds name."""

    fingerprint: str
    settings: Mapping[str, JsonValue]


class DiscoveryRan(Event):
    """One round over the whole market; ``panel_digest`` is the hash of every bar it looked at.

    ``universe`` is its size, ``universe_day`` the day it was listed, ``looked_at`` how many of it had
    bars. ``picked`` and ``weights`` are by picker that spoke, ``absent`` says why another did not.
    ``dropped`` counts by reason what was left out; ``dropped_names`` are what the model named and
    nobody can trade. ``models`` are those that answered (``rules/…`` where none was asked).
    ``sectors`` counts the symbols by who told their sector: ``file`` (config/sectors.csv, known by
    ``sectors_day``), a source that was asked that day or before, ``unknown``.
    ``memory`` is why memory gave no answer, empty where it did or there is none.
    """

    round_id: str
    strategy: str
    as_of: datetime
    slot: str
    settings: str
    universe: int = Field(ge=0)
    universe_day: date
    universe_source: ShortText
    last_session: date
    source: ShortText
    feed: str
    adjusted: bool
    sessions: int
    looked_at: int
    panel_digest: str
    facts_source: str
    sectors_day: date | None
    picked: Mapping[Picker, int]
    weights: Mapping[Picker, float]
    absent: Mapping[Picker, ShortText] = {}
    dropped: Mapping[str, int] = {}
    dropped_names: tuple[ShortText, ...] = ()
    models: tuple[str, ...] = ()
    notes: tuple[ShortText, ...] = ()
    memory: Remark = ""
    sectors: Mapping[str, int] = {}


class SymbolsSuggested(Event):
    """What the ensemble suggests, by rank; every suggestion is measured later, traded or not."""

    round_id: str
    strategy: str
    as_of: datetime
    suggestions: tuple[Suggestion, ...]


class PickersDiverged(Event):
    """The metric picker refused what the model picked: its filters are wrong, or the model is."""

    round_id: str
    strategy: str
    as_of: datetime
    pairs: tuple[DivergedPair, ...] = Field(min_length=1)


class WatchRemoval(Schema):
    """An entry that left: who had put it there, with which score, since when, and why it left."""

    symbol: Symbol
    source: Picker
    score: Unit
    reason: ShortText
    added_at: datetime


class WatchlistChanged(Event):
    """The list after a round (``entries``, whole), and what that added and removed."""

    round_id: str
    strategy: str
    as_of: datetime
    max_size: int = Field(ge=1, le=20)
    entries: tuple[WatchEntry, ...] = Field(max_length=20)
    added: tuple[WatchEntry, ...] = ()
    removed: tuple[WatchRemoval, ...] = ()


class SymbolIncluded(Event):
    """A person's word: on the list until another word of a person, whatever pickers say."""

    strategy: str
    symbol: Symbol
    by: ShortText
    reason: ShortText
    at: datetime
    max_size: int = Field(ge=1, le=20)


class SymbolExcluded(Event):
    """A person's word: not on the list until another word of a person."""

    strategy: str
    symbol: Symbol
    by: ShortText
    reason: ShortText
    at: datetime


class SymbolReleased(Event):
    """A person takes the word back: pickers decide again."""

    strategy: str
    symbol: Symbol
    by: ShortText
    reason: ShortText
    at: datetime


class PickersCompared(Event):
    """Two configurations of the pickers on the same past days, because a person asked.

    ``settings`` are both whole, in the comparison's order; the model picker is asked of neither.
    """

    comparison_id: str
    strategy: str
    as_of: datetime
    source: ShortText
    comparison: Comparison
    settings: tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]
