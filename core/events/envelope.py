"""The envelope around every event, and what its hash covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from core.types import RunId, StreamId, WeekId, deterministic_id


class Event(BaseModel):
    """Something that happened: past tense, frozen, no unknown fields, no NaN.

    The class name is the event's ``type``. ``event_schema_version`` rises when the payload changes
    shape; storage keeps an upcaster for each step. Latencies, hosts and process ids are telemetry
    and have no place in a payload: it is hashed, and the same week must hash the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    event_schema_version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be appended.

    ``metadata`` (actor, correlation, causation, …) is deterministic and hashed; ``telemetry``
    (trace id, latency in ms, host, process) is kept beside it and not hashed.
    """

    event: Event
    event_id: UUID
    occurred_at: datetime
    week_id: WeekId | None = None
    run_id: RunId | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    telemetry: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one stream. ``expected_version`` is the version of its last event (0: none yet)."""

    stream_id: StreamId
    events: Sequence[NewEvent]
    expected_version: int


class StoredEvent(NamedTuple):
    """One row of the log, payload decoded to plain JSON values (``storage`` turns it into an Event)."""

    position: int
    stream_id: str
    version: int
    event_id: str
    type: str
    schema_version: int
    week_id: str | None
    run_id: str | None
    payload: dict[str, JsonValue]
    metadata: dict[str, JsonValue]
    telemetry: dict[str, JsonValue]
    occurred_at: str
    recorded_at: str
    previous_hash: str
    hash: str


class StreamHead(NamedTuple):
    """Version and hash of a stream's last event; ``(0, GENESIS_HASH)`` for an empty stream."""

    version: int
    hash: str


GENESIS_HASH = "0" * 64


def event_id(stream_id: str, kind: str, *what: object) -> UUID:
    """The id of an event: a UUIDv5 over its stream, its type and what it is about."""
    return deterministic_id("event", stream_id, kind, *what)
