"""The stream of net orders: folded into the book, and appended to."""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import Clock
from core.desk.broker_standing import StandingLog
from core.desk.writing import NET_STREAM
from core.events.envelope import Append, Event, NewEvent, event_id
from core.ports import EventStore
from core.types import AccountId
from providers.broker.virtual_book import VirtualBook

STREAM = NET_STREAM


class VirtualLog:
    """``book`` is what the log says as far as it was read."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self.book = VirtualBook()
        self._store = store
        self._clock = clock
        self._version = 0
        self._standing = StandingLog(store)

    def refresh(self) -> None:
        for row in self._store.read(STREAM, self._version):
            self.book.apply(self._store.decode(row))
            self._version = row.version

    def append(self, events: Sequence[Event]) -> None:
        """Commit, then fold what was committed."""
        now = self._clock.now()
        version = self._version
        new = [
            NewEvent(
                event=event,
                event_id=event_id(STREAM, type(event).__name__, version + number),
                occurred_at=now,
                metadata={"actor": "desk"},
            )
            for number, event in enumerate(events)
        ]
        self._store.commit([Append(STREAM, new, version)])
        self.refresh()

    def blocked(self, key: AccountId) -> bool:
        """Whether broker and ledger differ for this key."""
        return key in self._standing.now().open
