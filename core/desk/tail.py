"""Events of some types as the log grows: what was read once, and what was not wanted, is never read again."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from core.events.envelope import StoredEvent
from core.ports import EventStore


class Tail:
    """Asked often, each time at the cost of what is new; a whole log costs its length only once."""

    def __init__(self, store: EventStore, types: Collection[str]) -> None:
        self._store = store
        self._types = types
        self._position = 0

    def read(self) -> Iterator[StoredEvent]:
        """What was appended since the last read, in the order of the log."""
        newest = self._store.last_position()
        if newest <= self._position:
            return
        for row in self._store.read_all(self._position, self._types):
            self._position = row.position
            yield row
        self._position = max(self._position, newest)
