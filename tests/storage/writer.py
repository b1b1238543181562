"""A program of its own that appends to a store until it is done or killed.

Run as ``python -m tests.storage.writer URL STREAM COUNT [shared]``: appends COUNT notes to its
stream one by one and, with ``shared``, competes for ``week/shared`` as well. Prints each version it
was told is committed.
"""

from __future__ import annotations

import sys

from core.errors import ConcurrencyError
from core.events.envelope import Append
from core.types import StreamId
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.contract.sample_events import SAMPLE_EVENTS, noted, notes

SHARED = StreamId("week/shared")


def compete(store, stream: str, number: int) -> None:
    """Append to the shared stream, reading its head anew whenever someone else was faster."""
    while True:
        version = store.head(SHARED).version
        try:
            store.commit([Append(SHARED, [noted(f"{stream}/shared", number)], version)])
        except ConcurrencyError:
            continue
        return


def main(url: str, stream: str, count: int, *, shared: bool) -> None:
    store = open_store(url, registry=EventRegistry(SAMPLE_EVENTS))
    for number in range(store.head(StreamId(stream)).version, count):
        store.commit([notes(stream, number, 1)])
        sys.stdout.write(f"{number + 1}\n")
        sys.stdout.flush()
        if shared:
            compete(store, stream, number)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), shared="shared" in sys.argv[4:])
