"""The append-only log, looking things up in it, and locks across processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from core.events.envelope import Append, Event, StoredEvent, StreamHead
from core.schemas.question import LogRequest, LogSpan, ToolResult
from core.types import StreamId


class EventStore(Protocol):
    """The append-only log.

    ``commit`` writes every append in one transaction, together with the synchronous projections, or
    nothing. Re-appending events that are all there already (same ids, same content) returns them
    and changes nothing; the same id with another content is EventConflict; a stale
    ``expected_version`` is ConcurrencyError. Reads yield events in version / position order and
    raise UnknownEvent or NewerSchema by name rather than skip one.
    """

    def commit(self, appends: Sequence[Append]) -> Sequence[StoredEvent]: ...

    def read(self, stream_id: StreamId, after_version: int = 0) -> Iterator[StoredEvent]: ...

    def read_all(
        self, after_position: int = 0, types: Iterable[str] | None = None
    ) -> Iterator[StoredEvent]: ...

    def find(self, event_id: str) -> StoredEvent | None: ...

    def decode(self, stored: StoredEvent) -> Event:
        """The typed event, upcast to the newest schema; UnknownEvent or NewerSchema by name."""
        ...

    def head(self, stream_id: StreamId) -> StreamHead: ...

    def heads(self) -> Mapping[StreamId, StreamHead]: ...

    def last_position(self) -> int:
        """Of the newest event, 0 for an empty log; every event before it can be read already."""
        ...


class LogTools(Protocol):
    """The read models as a question over the log may see them: bounded, typed, read-only.

    What questions themselves left in the log (``conversation/…``) is never among what they find.
    """

    def span(self) -> LogSpan: ...

    def look(self, request: LogRequest) -> ToolResult:
        """At most ``request.limit`` events, newest first, each one's words cut to a few hundred signs."""
        ...


class Lock(Protocol):
    """One holder at a time per name, across processes; a holder that died is not waited for."""

    def hold(self, name: str) -> AbstractContextManager[None]:
        """Hold ``name`` for the block; BadInput with who holds it when it is taken."""
        ...
