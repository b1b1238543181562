"""The log itself: events by filter, one in full, and a person's note beside it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from core.events.notes import NoteAdded
from core.schemas.base import Schema
from pages.http.api.endpoint import Call, Endpoint, found, get, post
from pages.http.api.fields import AnyDay, Cursor
from pages.http.store import commands_store
from storage.notes import add_note, subject_of
from storage.queries.event_filter import EventFilter
from storage.queries.events import EventPage, event_page
from storage.queries.one_event import WholeEvent, whole_event

Text = Annotated[str, StringConstraints(max_length=200)]


class Events(Schema):
    """A ``stream`` that ends in "/" takes every stream below; ``at`` goes on at that position."""

    week: AnyDay | None = None
    run: Text | None = None
    type: Text | None = None
    stream: Text | None = None
    text: Text | None = None
    at: Annotated[Cursor | None, Field(description="the page's newest position")] = None


class Annotation(Schema):
    """A note on a ``week``, a ``pitch`` or an ``order``: the only thing that is written from here."""

    kind: Text
    about: Annotated[str, Field(description="the week's day, the pitch's or the order's id")]
    week: Annotated[AnyDay | None, Field(description="the week a pitch or an order is of")] = None
    text: Annotated[str, Field(max_length=4_000)]


def endpoints() -> list[Endpoint]:
    return [
        post(
            "/api/events", "Pin a note to a week, a pitch or an order", NoteAdded, _note, Annotation
        ),
        get("/api/events", "Events of the log, the newest first", EventPage, _page, Events),
        get("/api/events/{id}", "One event in full, by its id or position", WholeEvent, _one),
    ]


def _page(call: Call) -> EventPage:
    asked = call.query
    wanted = EventFilter(asked.week, asked.run, asked.type, asked.stream, asked.text)
    return event_page(call.reader, wanted, asked.at)


def _one(call: Call) -> WholeEvent:
    event: WholeEvent = found(whole_event(call.reader, call.path["id"]), "event", call.path["id"])
    return event


def _note(call: Call) -> NoteAdded:
    said = call.body
    subject = subject_of(said.kind, said.about, said.week)
    with commands_store() as store:
        return add_note(store, subject, said.text, call.visitor.name, call.clock)
