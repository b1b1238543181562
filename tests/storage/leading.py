"""A process of its own that leads: it wins the lease, beats, and appends what it is told to.

Run as ``python -m tests.storage.leading URL HOLDER TTL``. It prints ``ready``, ``won TOKEN`` once it leads, and
then obeys one word a line: ``write`` appends a note to the common stream and prints the version, or
``refused`` and why; ``again`` does the same with the first note once more; ``freeze`` stops the process as
SIGSTOP does, between two heartbeats; ``freeze-inside`` does it in the middle of the next append.
``lost`` is printed when the heartbeat says so.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import storage.engine
from core.errors import StoreError
from core.events.envelope import Append
from core.types import StreamId
from storage.event_store import SqlEventStore, open_store
from storage.heartbeat import Heartbeat
from storage.leases import Lease
from storage.serialization import EventRegistry
from tests.contract.sample_events import SAMPLE_EVENTS, noted

STREAM = StreamId("week/led")


class Freezing:
    """A projection in which the process can be stopped: the append's transaction is open then."""

    name, types = "freezing", None

    def __init__(self):
        self.armed = False

    def reset(self, connection):
        pass

    def apply(self, connection, events):
        if self.armed:
            self.armed = False
            os.kill(os.getpid(), signal.SIGSTOP)


class Leading:
    def __init__(self, lease: Lease, store: SqlEventStore, freezing: Freezing) -> None:
        self.lease = lease
        self.store = store.fenced(lease)
        self.freezing = freezing

    def write(self, number: int) -> None:
        """Append the number-th note of this holder wherever the stream is now."""
        event = noted(self.lease.holder, number, text=self.lease.holder)
        try:
            version = self.store.head(STREAM).version
            (stored,) = self.store.commit([Append(STREAM, [event], version)])
        except StoreError as error:
            say(f"refused {type(error).__name__}")
        else:
            say(f"at {stored.version}")

    def freeze(self) -> None:
        with self.lease._guard:
            os.kill(os.getpid(), signal.SIGSTOP)

    def obey(self, number: int, word: str) -> None:
        match word:
            case "write":
                self.write(number)
            case "again":
                self.write(1)
            case "freeze":
                self.freeze()
            case "freeze-inside":
                self.freezing.armed = True


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(url: str, holder: str, ttl_s: float) -> None:
    storage.engine.ABANDONED_S = 1.0  # so that the test need not wait
    freezing = Freezing()
    store = open_store(url, registry=EventRegistry(SAMPLE_EVENTS), projections=[freezing])
    lease = Lease(store.engine, holder=holder, ttl_s=ttl_s)
    say("ready")
    while lease.renew() is None:
        time.sleep(ttl_s / 20)
    say(f"won {lease.token}")
    leading = Leading(lease, store, freezing)
    with Heartbeat(lease, ttl_s / 4, lambda: say("lost")):
        for number, line in enumerate(sys.stdin, start=1):
            leading.obey(number, line.strip())
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
