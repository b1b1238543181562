"""The circuit breaker as it measures now: every scope with its gauge, its halts and its shadow."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select

from core.desk.breaker_meter import BreakerMeter
from core.policy import DeskPolicy
from core.rules.breaker import Gauge
from core.rules.breaker_scope import Measured
from core.schemas.breaker import DESK, Halt, Scope
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS = table_of(EventRow)


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """``shadow`` is measured while the scope is halted, and releases it; None otherwise."""

    scope: Scope
    gauge: Gauge
    halts: tuple[Halt, ...]
    shadow: Gauge | None


class BreakerBoard:
    """What the scheduler's own meter would say, from the same log; each look reads what is new.

    Deliberately no read model: halts follow from the gauge by rules that are one implementation in
    the core. May be asked from any thread.
    """

    def __init__(self, reader: StoreReader, policy: DeskPolicy) -> None:
        self._reader = reader
        self._policy = policy
        self._lock = Lock()
        self._meter: BreakerMeter | None = None
        self._version = ""

    def scopes(self) -> tuple[ScopeLine, ...]:
        """The desk first, then its strategies and accounts; nothing for an empty store."""
        with self._lock:
            meter = self._kept()
            if meter is None:
                return ()
            found = [_line(measured) for measured in meter.scopes().values()]
        return tuple(sorted(found, key=_place))

    def _kept(self) -> BreakerMeter | None:
        """The meter of this very log: another one in its place is measured from its beginning."""
        version, log = self._reader.version(), self._reader.log()
        if log is None:
            return None
        if self._meter is None or not _holds(self._reader, self._version):
            self._meter = BreakerMeter(log, self._policy)
        self._version = version
        return self._meter


def _holds(reader: StoreReader, version: str) -> bool:
    """Whether the event that was the newest at this version of the log is in it still."""
    position, _, digest = version.partition(":")
    row = reader.first(select(EVENTS.c.hash).where(EVENTS.c.position == int(position)))
    return row is not None and row["hash"].startswith(digest)


def _line(measured: Measured) -> ScopeLine:
    halts = tuple(measured.halts.values())
    return ScopeLine(measured.scope, measured.gauge, halts, measured.shadow)


def _place(line: ScopeLine) -> tuple[int, str]:
    return (0 if line.scope == DESK else 1 if line.scope.startswith("strategy/") else 2), line.scope
