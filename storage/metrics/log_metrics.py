"""A desk's metrics, read from its log: every process shows the same, and a restart loses none."""

from __future__ import annotations

from threading import Lock

from prometheus_client import generate_latest

from core.clock import Clock, SystemClock
from core.errors import StoreError
from storage.metrics import bills, runs, trades, work
from storage.metrics.accounts import AccountFigures
from storage.metrics.families import Families
from storage.metrics.log_tail import BEGINNING, LogTail
from storage.metrics.measured import Measured
from storage.metrics.runs import RunClock
from storage.metrics.work import JobQueue
from storage.queries.reader import StoreReader
from storage.queries.vital_signs import VitalSigns, vital_signs


class LogMetrics:
    """Prometheus metrics of the store behind ``reader``; ``render`` may be called from any thread.

    Each look reads on from the one before. When another log has taken the place of the one known,
    all is counted anew. The first look at a long log takes a while: call it off the event loop.
    """

    def __init__(self, reader: StoreReader, clock: Clock | None = None) -> None:
        self._reader = reader
        self._tail = LogTail(reader)
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._begin()

    def render(self) -> bytes:
        """The exposition text, brought up to date; a store that cannot be read is ``database_up 0``."""
        with self._lock:
            try:
                self._read_on()
                _show_signs(self._families, vital_signs(self._reader, self._clock.now()))
            except StoreError:
                self._families.database_up.set(0)
            else:
                self._families.database_up.set(1)
            return generate_latest(self._families.registry)

    def _begin(self) -> None:
        self._families = Families()
        self._families.enabled.set(1)
        self._mark = BEGINNING
        self._accounts, self._measured = AccountFigures(), Measured(self._reader)
        queue, clock = JobQueue(), RunClock()
        self._handlers = {
            **bills.HANDLERS,
            **runs.HANDLERS,
            **trades.HANDLERS,
            **work.HANDLERS,
            "RunStarted": clock.started,
            "RunCompleted": clock.completed,
            "CycleStarted": clock.started,
            "CycleCompleted": clock.completed,
            "JobRequested": queue.requested,
            "JobClaimed": queue.claimed,
            "JobHandedBack": queue.handed_back,
            "JobFinished": queue.finished,
        }

    def _read_on(self) -> None:
        newest = self._tail.newest()
        if newest == self._mark:
            return
        if newest[0] < self._mark[0] or not self._tail.holds(self._mark):
            self._begin()
        try:
            self._count(self._mark[0], newest[0])
        except BaseException:  # half counted is not counted, whatever broke it off
            self._begin()
            raise
        self._mark = newest
        self._accounts.show(self._families, self._reader)
        self._measured.show(self._families)

    def _count(self, after: int, until: int) -> None:
        for line in self._tail.events(self._handlers, after, until):
            self._handlers[line.type](self._families, line)
        for bill in self._tail.bills(after, until):
            bills.billed(self._families, bill)
        for row in self._tail.repeats(after, until):
            self._families.retries.labels(row["model"]).inc()
        for row in self._tail.stops(after, until):
            self._families.budget_stops.labels(row["model"]).inc()
        self._families.position.set(until)


def _show_signs(families: Families, now: VitalSigns) -> None:
    """What grows older by itself, and who leads."""
    if now.marks is not None:
        families.data_age.set(now.marks.age_s)
    families.leader.clear()
    if now.leader is not None:
        families.leader.labels(now.leader.holder).set(now.leader.alive)
        families.token.set(now.leader.token)
        families.heartbeat_age.set(now.leader.heartbeat_age_s)
