"""Which events are asked for, as SQL that takes the narrowest index there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orjson import dumps
from sqlalchemy import ColumnElement, Select, Subquery, or_, select

from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)
WINDOW = 3_000
"""A text is looked for in so many events at once: a whole log would keep the reader waiting."""
AFTER_SLASH = "0"
"""The sign after "/": every stream below ``run/…/`` comes before the same name ending in it."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None takes any. A ``stream`` that ends in "/" takes every stream below it.

    ``text`` is looked for in what an event says and in what is kept beside it, capitals or not.
    """

    week: str | None = None
    run: str | None = None
    type: str | None = None
    stream: str | None = None
    text: str | None = None


def window(
    reader: StoreReader, asked: EventFilter, at: int | None, limit: int, name: str = "looked_at"
) -> Subquery:
    """The newest positions the filter takes at or before ``at``, its text aside."""
    query = select(EVENTS.c.position).where(*conditions(reader, asked))
    if at is not None:
        query = query.where(EVENTS.c.position <= at)
    return query.order_by(_newest_first(asked)).limit(limit).subquery(name)


def within(
    reader: StoreReader, looked_at: Subquery, asked: EventFilter, *columns: ColumnElement[Any]
) -> Select[Any]:
    """Columns of the window's events that say the text, newest first."""
    query = select(*columns).join(looked_at, looked_at.c.position == EVENTS.c.position)
    if asked.text:
        query = query.where(_says(asked.text, reader.dialect))
    return query.order_by(EVENTS.c.position.desc())


def conditions(reader: StoreReader, asked: EventFilter) -> list[ColumnElement[bool]]:
    """All but the text, the narrowest first; only that one may use its index.

    A planner that knows no numbers would take the type's, which is the widest.
    """
    found: list[ColumnElement[bool]] = []
    for column, value in ((EVENTS.c.run_id, asked.run), (EVENTS.c.week_id, asked.week)):
        if value:
            found.append(_beside(column, found) == value)
    if asked.stream:
        found.append(_in_stream(_beside(EVENTS.c.stream_id, found), asked.stream, reader.dialect))
    if asked.type:
        found.append(_beside(EVENTS.c.type, found) == asked.type)
    return found


def _beside(column: ColumnElement[Any], found: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    return column.concat("") if found else column


def _in_stream(column: ColumnElement[Any], stream: str, dialect: str) -> ColumnElement[bool]:
    """A range on SQLite, whose order is that of the bytes; PostgreSQL's may be a language's."""
    if not stream.endswith("/"):
        return column == stream
    if dialect == "sqlite":
        return column.between(stream, stream[:-1] + AFTER_SLASH)
    return column.startswith(stream, autoescape=True)


def _newest_first(asked: EventFilter) -> ColumnElement[Any]:
    """Within one stream versions go as positions do, and they are its index."""
    narrower = asked.run or asked.week
    one = asked.stream and not asked.stream.endswith("/") and not narrower
    return EVENTS.c.version.desc() if one else EVENTS.c.position.desc()


def _says(text: str, dialect: str) -> ColumnElement[bool]:
    """The text as JSON spells it; SQLite's LIKE knows no capitals, and is quicker without lower()."""
    spelled = dumps(text).decode()[1:-1]
    places = (EVENTS.c.payload, EVENTS.c.metadata, EVENTS.c.telemetry, EVENTS.c.event_id)
    if dialect == "sqlite":
        return or_(*(place.contains(spelled, autoescape=True) for place in places))
    return or_(*(place.icontains(spelled, autoescape=True) for place in places))
