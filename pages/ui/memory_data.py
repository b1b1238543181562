"""What the memory page reads: kept until the log or the memory's own index moves."""

from __future__ import annotations

from dataclasses import dataclass

from core.schemas.setups import Collection, Neighbour, Remembered
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries.memory import (
    MemoryStanding,
    Neighbourhood,
    memory_standing,
    one_remembered,
    remembered,
)
from storage.queries.memory_uses import MemoryUse, memory_uses
from storage.queries.reader import StoreReader

SHOWN = 6
"""Neighbours of a document."""


@dataclass(frozen=True, slots=True)
class MemoryState:
    """The memory as it stands: its index moves without the log."""

    store: StoreState
    stamp: str


def standing(state: StoreState) -> MemoryStanding:
    """Asked anew each time: it says whether anything else has to be."""
    return memory_standing(state.reader)


@kept
def listed(state: MemoryState, collection: Collection, words: str) -> tuple[Remembered, ...]:
    return remembered(state.store.reader, collection, words)


@kept
def document(state: MemoryState, document_id: str) -> Remembered | None:
    return one_remembered(state.store.reader, document_id)


@kept
def neighbours(state: MemoryState, one: str, *, then: bool) -> tuple[Neighbour, ...]:
    """What was near a document: as it was known when that happened, or by now."""
    found = document(state, one)
    if found is None:
        return ()
    last = max(line.newest for line in standing(state.store).collections if line.newest)
    as_of = found.happened_at if then else last
    return _neighbourhood(state.store.reader).of(found, as_of, SHOWN)


@kept
def uses(state: MemoryState) -> tuple[MemoryUse, ...]:
    return memory_uses(state.store.reader)


@kept
def _neighbourhood(reader: StoreReader) -> Neighbourhood:
    """One a store: it holds the vectors it searches."""
    return Neighbourhood(reader)
