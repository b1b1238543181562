"""Memory: similar things that happened before, found among those whose outcome was known by then.

Deliberately filled whenever it is asked: what a search finds depends on the log and the instant alone,
not on whether some job has run. The daily job only spares the first question that work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol, TypeAlias

from core.events.envelope import StoredEvent
from core.market import Floats32
from core.ports import Embedder, EventStore, VectorIndex
from core.schemas.setups import Collection, Neighbour, Remembered

MOST_AT_ONCE = 64
"""Documents embedded and written together: a fifth of a second on the local model."""
MOST_UNNOTED = 2_000
"""Events read without finding anything before that is written down: a question is no reason to write."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A document that is to be found no more, because a person took back what it said."""

    collection: Collection
    document_id: str


Telling: TypeAlias = Callable[[EventStore, StoredEvent], Iterator[Remembered | Forgotten]]
"""What one event brings to memory: each document with the instant its outcome became known."""


class MemoryIndex(VectorIndex, Protocol):
    """An index that knows how far the log has been read into it."""

    def read_to(self) -> int:
        """The position of the log up to which everything is kept; 0 for an empty one."""
        ...

    def fill(self, documents: Sequence[Remembered], vectors: Floats32, position: int) -> None:
        """Keep them and that the log is read up to there, in one transaction."""
        ...

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        """Forget some documents."""
        ...

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that are kept."""
        ...

    def clear(self) -> None:
        """Forget everything, the model of every collection too."""
        ...


class Memory:
    """The Recall port over an index that follows the log.

    The first word stands: a document that is kept is never written again, whatever comes later.
    """

    def __init__(
        self,
        store: EventStore,
        embedder: Embedder,
        index: MemoryIndex,
        tellings: Mapping[str, Telling],
    ) -> None:
        self.embedder = embedder
        self._store = store
        self._index = index
        self._tellings = dict(tellings)
        self._seen = 0
        self._lock = Lock()

    def similar(
        self, collection: Collection, text: str, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        """See the port; MixedVectors when what is kept is of another model."""
        self.catch_up()
        if not (k > 0 and self._index.count(collection)):
            return ()
        (vector,) = self.embedder.embed([text])
        return self._index.search(collection, vector, as_of, k)

    def catch_up(self) -> Mapping[Collection, int]:
        """Take in what the log has brought since; how many documents each collection gained."""
        gained: Counter[Collection] = Counter()
        with self._lock:
            last = self._store.last_position()
            noted = self._index.read_to()
            seen = max(noted, self._seen) if noted else 0
            for news, position in self._news(seen):
                fresh = self._unknown(news)
                vectors = self.embedder.embed([document.text for document in fresh])
                self._index.fill(fresh, vectors, position)
                self._forget(news)
                gained.update(document.collection for document in fresh)
                noted = position
            self._seen = max(last, seen)
            if last - noted > MOST_UNNOTED:
                self._index.fill((), self.embedder.embed([]), last)
        return gained

    def reindex(self) -> Mapping[Collection, int]:
        """Forget all and read the whole log again, into vectors of this embedder."""
        with self._lock:
            self._index.clear()
            self._seen = 0
        return self.catch_up()

    def _news(self, after: int) -> Iterator[tuple[list[Remembered | Forgotten], int]]:
        """What the events since bring, some of it at a time, each time up to an event's end."""
        waiting: list[Remembered | Forgotten] = []
        position = after
        for row in self._store.read_all(after, self._tellings):
            waiting += self._tellings[row.type](self._store, row)
            position = row.position
            if len(waiting) >= MOST_AT_ONCE:
                yield waiting, position
                waiting = []
        if waiting:
            yield waiting, position

    def _unknown(self, news: Sequence[Remembered | Forgotten]) -> list[Remembered]:
        """Each id once, by its first word, without those that are kept or forgotten."""
        first: dict[str, Remembered] = {}
        for one in news:
            if isinstance(one, Remembered):
                first.setdefault(one.document_id, one)
            else:
                first.pop(one.document_id, None)
        kept = self._index.known(tuple(first))
        return [document for key, document in first.items() if key not in kept]

    def _forget(self, news: Sequence[Remembered | Forgotten]) -> None:
        for one in news:
            if isinstance(one, Forgotten):
                self._index.remove(one.collection, (one.document_id,))
