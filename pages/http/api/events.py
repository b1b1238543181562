"""The log itself: events by filter, one in full."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from core.schemas.base import Schema
from pages.http.api.endpoint import Call, Endpoint, found, get
from pages.http.api.fields import AnyDay, Cursor
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


def endpoints() -> list[Endpoint]:
    return [
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
