"""What the audit page reads: filtered in SQL, kept until the log moves."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries.chain import AnchorSeen, newest_anchor
from storage.queries.event_filter import EventFilter
from storage.queries.events import EventPage, count_events, event_page, event_types
from storage.queries.one_event import WholeEvent, question_of, whole_event


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a filter finds, and how many there are in all (None: nobody counted)."""

    page: EventPage
    count: int | None


def newest(state: StoreState) -> int:
    """The newest position, which is also the number of events."""
    return int(state.version.partition(":")[0])


@kept
def found(state: StoreState, asked: EventFilter, at: int | None) -> Found:
    return Found(event_page(state.reader, asked, at), count_events(state.reader, asked))


@kept
def types(state: StoreState) -> tuple[str, ...]:
    return event_types(state.reader)


@kept
def event(state: StoreState, named: str) -> WholeEvent | None:
    return whole_event(state.reader, named)


@kept
def question(state: StoreState, event_id: str) -> str | None:
    """The id of the request that this event answers."""
    answer = event(state, event_id)
    return None if answer is None else question_of(state.reader, answer)


@kept
def anchor(state: StoreState) -> AnchorSeen | None:
    return newest_anchor(state.reader)
