"""The open jobs, read from the log as it grows: what a leader looks at at every tick."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from core.desk.job_state import JobState, folded
from core.desk.tail import Tail
from core.events import jobs
from core.events.envelope import Event
from core.ports import EventStore

TYPES = tuple(
    cls.__name__
    for cls in vars(jobs).values()
    if isinstance(cls, type) and issubclass(cls, Event) and cls.__module__ == jobs.__name__
)


class JobBoard:
    """Reads only what was appended since it last looked, and forgets jobs that have ended."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._tail = Tail(store, TYPES)
        self._open: dict[str, JobState] = {}

    def open(self) -> Sequence[JobState]:
        """Every open job, the one asked for first before the others."""
        for row in self._tail.read():
            key = str(row.payload["key"])
            state = folded(self._open.pop(key, None), row, self._store.decode(row))
            if state is not None and state.is_open:
                self._open[key] = state
        return sorted(self._open.values(), key=lambda state: state.position)

    def startable(
        self, token: int, at: datetime, running: Collection[str] = ()
    ) -> Sequence[JobState]:
        """Jobs this leader may claim now, at most one a group; ``running`` are keys it works on.

        Whoever was asked for first goes first. A job that waits for its time keeps nobody waiting.
        """
        known = self.open()
        busy = {state.command.group for state in known if state.key in running}
        chosen: list[JobState] = []
        for state in known:
            group = state.command.group
            if group not in busy and state.may_be_claimed(token, at):
                chosen.append(state)
                busy.add(group)
        return chosen


def open_jobs(store: EventStore) -> Sequence[JobState]:
    """Every open job, read from the whole log; a leader keeps a `JobBoard` instead."""
    return JobBoard(store).open()
