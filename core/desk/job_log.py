"""Reading and writing one job's stream: decided on what is there, decided anew when that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from core.desk.job_state import JobState, folded
from core.desk.writing import new_event
from core.errors import ConcurrencyError, EventConflict
from core.events.envelope import Append, Event, NewEvent
from core.events.jobs import JobRequested
from core.ports import EventStore
from core.types import StreamId, WeekId

TRIES = 8
"""How often a decision is taken anew; each time somebody else got something written."""


def job_stream(key: str) -> StreamId:
    return StreamId(f"job/{key}")


def job_state(store: EventStore, key: str) -> JobState | None:
    """The newest request of this key; None when nobody ever asked."""
    state: JobState | None = None
    for row in store.read(job_stream(key)):
        state = folded(state, row, store.decode(row))
    return state


def changed(
    store: EventStore,
    key: str,
    at: datetime,
    decide: Callable[[JobState | None], Sequence[Event]],
) -> JobState:
    """The state after what ``decide`` makes of it; decided anew when somebody else wrote first."""
    for _ in range(TRIES):
        state = job_state(store, key)
        events = decide(state)
        try:
            after = appended(store, key, state, events, at)
        except (ConcurrencyError, EventConflict):
            continue
        assert after is not None  # who decides on nothing has a state, or raised
        return after
    raise ConcurrencyError(f"job {key} is written to by others all the time: ask again")


def appended(
    store: EventStore, key: str, state: JobState | None, events: Sequence[Event], at: datetime
) -> JobState | None:
    if not events:
        return state
    version = 0 if state is None else state.version
    new = [_new(key, state, event, at, version + n) for n, event in enumerate(events)]
    for row, event in zip(
        store.commit([Append(job_stream(key), new, version)]), events, strict=True
    ):
        state = folded(state, row, event)
    return state


def _new(key: str, state: JobState | None, event: Event, at: datetime, place: int) -> NewEvent:
    """Its id is made of its place in the stream: what is decided there is decided once."""
    command = event.command if isinstance(event, JobRequested) else None
    if command is None and state is not None:
        command = state.command
    week = None if command is None else command.week_id
    return new_event(job_stream(key), event, [place], at, week_id=WeekId(week) if week else None)
