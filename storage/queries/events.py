"""The log as people look through it: filtered in SQL, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Label, RowMapping, Subquery, func, select

from core.clock import from_iso
from storage.queries.event_filter import EVENTS, WINDOW, EventFilter, conditions, window, within
from storage.queries.reader import StoreReader

PAGE = 50
COUNTED = 10_000
EXCERPT = 160


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of a list; ``excerpt`` is the beginning of its payload, ``size`` its signs."""

    position: int
    event_id: str
    stream_id: str
    version: int
    type: str
    week_id: str | None
    run_id: str | None
    occurred_at: datetime
    excerpt: str
    size: int


COLUMNS = tuple(EVENTS.c[one.name] for one in fields(EventLine) if one.name in EVENTS.c)
PAYLOAD = EVENTS.c.payload
NUMBER: Label[Any] = func.count().label("found")


@dataclass(frozen=True, slots=True)
class EventPage:
    """Newest first. ``older`` and ``newer`` are where the pages beside it begin, None at an end.

    ``searched_to`` is the oldest position a text was looked for; None when nothing older is left.
    """

    lines: tuple[EventLine, ...]
    older: int | None
    newer: int | None
    searched_to: int | None = None


def event_page(reader: StoreReader, asked: EventFilter, at: int | None = None) -> EventPage:
    """The events the filter finds at or before position ``at``, PAGE of them at most."""
    looked_at = window(reader, asked, at, WINDOW if asked.text else PAGE + 1)
    excerpt = func.substr(PAYLOAD, 1, EXCERPT).label("excerpt")
    shown = within(reader, looked_at, asked, *COLUMNS, excerpt, func.length(PAYLOAD).label("size"))
    rows = reader.rows(shown.limit(PAGE + 1))
    full = len(rows) > PAGE
    searched_to = _window_end(reader, looked_at) if asked.text and not full else None
    older = rows[PAGE]["position"] if full else searched_to and (searched_to - 1 or None)
    newer = None if at is None else _newer(reader, asked, at)
    return EventPage(tuple(map(_line, rows[:PAGE])), older, newer, searched_to)


def count_events(reader: StoreReader, asked: EventFilter) -> int | None:
    """How many the filter finds, COUNTED + 1 when there are more; None for a text: nobody counts."""
    if asked.text:
        return None
    found = select(EVENTS.c.position).where(*conditions(reader, asked)).limit(COUNTED + 1)
    row = reader.first(select(NUMBER).select_from(found.subquery()))
    return 0 if row is None else int(row["found"])


def event_types(reader: StoreReader) -> tuple[str, ...]:
    """Every type the log holds, by the alphabet: one look into the index for each."""
    first = select(func.min(EVENTS.c.type).label("type")).cte("types", recursive=True)
    after = select(func.min(EVENTS.c.type)).where(EVENTS.c.type > first.c.type).scalar_subquery()
    kinds = first.union_all(select(after).where(first.c.type.is_not(None)))
    rows = reader.rows(select(kinds.c.type).where(kinds.c.type.is_not(None)))
    return tuple(row["type"] for row in rows)


def _window_end(reader: StoreReader, looked_at: Subquery) -> int | None:
    """The oldest position looked at; None when the filter had no more to look at."""
    oldest = func.min(looked_at.c.position).label("oldest")
    row = reader.first(select(oldest, NUMBER).select_from(looked_at))
    return int(row["oldest"]) if row is not None and row["found"] == WINDOW else None


def _newer(reader: StoreReader, asked: EventFilter, at: int) -> int | None:
    """Where the page before this one begins; with a text, the window before this one."""
    query = select(EVENTS.c.position).where(*conditions(reader, asked), EVENTS.c.position > at)
    beside = query.order_by(EVENTS.c.position).limit(WINDOW if asked.text else PAGE).subquery()
    row = reader.first(select(func.max(beside.c.position).label("first")))
    return None if row is None else row["first"]


def _line(row: RowMapping) -> EventLine:
    return EventLine(**{**row, "occurred_at": from_iso(row["occurred_at"])})
