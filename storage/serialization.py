"""Event to row and back: which types are known, and how old payloads become new ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from orjson import loads
from pydantic import ValidationError

from core.clock import iso
from core.errors import NewerSchema, StoreError, UnknownEvent
from core.events.envelope import Event, NewEvent, StoredEvent
from core.tracing import trace_telemetry
from storage.canonical import NAME, RawRow, canonical_json, checked
from storage.upcasters import UPCASTERS, Upcasters


class Draft(NamedTuple):
    """An event in the texts that will be stored, before it has a place in its stream."""

    event_id: str
    type: str
    schema_version: int
    week_id: str | None
    run_id: str | None
    payload: str
    metadata: str
    telemetry: str
    occurred_at: str


class EventRegistry:
    """Every event class this program knows, by name, with the upcasters of older versions.

    Built once at start; two classes of one name, or a missing upcaster, are StoreError there.
    """

    def __init__(self, classes: Iterable[type[Event]], upcasters: Upcasters | None = None) -> None:
        self.classes: dict[str, type[Event]] = {}
        self.versions: dict[str, int] = {}
        self._upcasters = {**UPCASTERS, **(upcasters or {})}
        for cls in classes:
            self._add(cls)

    def _add(self, cls: type[Event]) -> None:
        name, version = cls.__name__, cls.event_schema_version
        if name in self.classes:
            raise StoreError(f"two event classes are called {name}: rename one")
        for step in range(1, version):
            if (name, step) not in self._upcasters:
                raise StoreError(f"event {name} is at version {version}: no upcaster from {step}")
        self.classes[name] = cls
        self.versions[name] = version

    def draft(self, new: NewEvent) -> Draft:
        """The texts to store; UnknownEvent for an unregistered class, StoreError for NaN.

        The trace under way goes into the telemetry of every event, and so into no hash.
        """
        event = new.event
        name = type(event).__name__
        if self.classes.get(name) is not type(event):
            raise UnknownEvent(f"event type {name} is not registered: add it to core.events")
        metadata, telemetry = new.metadata, {**trace_telemetry(), **new.telemetry}
        return Draft(
            str(new.event_id),
            name,
            event.event_schema_version,
            _safe_name(new.week_id, "week id"),
            _safe_name(new.run_id, "run id"),
            canonical_json(event.__pydantic_serializer__.to_python(event, mode="json")),
            canonical_json(metadata) if metadata else "{}",
            canonical_json(telemetry) if telemetry else "{}",
            iso(new.occurred_at),
        )

    def stored(self, row: RawRow) -> StoredEvent:
        """A row with its JSON decoded and its payload upcast to the newest schema."""
        (at, stream, version, event_id, kind, schema, week, run, payload, metadata, telemetry,
         occurred, recorded, previous, digest) = row  # fmt: skip
        event = StoredEvent(
            at, stream, version, event_id, kind, schema, week, run, loads(payload),
            {} if metadata == "{}" else loads(metadata),
            {} if telemetry == "{}" else loads(telemetry),
            occurred, recorded, previous, digest,
        )  # fmt: skip
        if self.versions.get(kind) == schema:
            return event
        return self.upcast(event)

    def upcast(self, event: StoredEvent) -> StoredEvent:
        """The event at the newest schema version; UnknownEvent or NewerSchema by name.

        ``hash`` stays the stored row's: it covers the payload as it was written.
        """
        newest = self.versions.get(event.type)
        where = f"{event.stream_id} version {event.version}"
        if newest is None:
            raise UnknownEvent(
                f"event type {event.type} in {where} is unknown: update this program"
            )
        if event.schema_version > newest:
            raise NewerSchema(
                f"event {event.type} in {where} has schema version {event.schema_version}, "
                f"this program knows {newest}: update it"
            )
        payload = event.payload
        for step in range(event.schema_version, newest):
            payload = self._upcasters[event.type, step](payload)
        return event._replace(payload=payload, schema_version=newest)

    def decode(self, stored: StoredEvent) -> Event:
        """The typed event; a payload that is not its class's is StoreError with stream and version."""
        if self.versions.get(stored.type) != stored.schema_version:
            stored = self.upcast(stored)
        try:
            return self.classes[stored.type].model_validate(stored.payload)
        except ValidationError as error:
            raise malformed(stored.type, stored.stream_id, stored.version, error) from error


def malformed(kind: str, stream_id: str, version: int, error: ValidationError) -> StoreError:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "payload"
    return StoreError(
        f"event {kind} in {stream_id} version {version} is malformed: {field}: {first['msg']}"
    )


@lru_cache(maxsize=4_096)
def _safe_name(text: str | None, what: str) -> str | None:
    return None if text is None else checked(text, NAME, what)


def same_content(draft: Draft, stream_id: str, row: RawRow) -> bool:
    """Whether a stored row says what the draft says, telemetry aside."""
    told: tuple[Any, ...] = (stream_id, *draft[:7], draft.occurred_at)
    return told == (row[1], *row[3:10], row[11])
