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
from storage.projections.breaker import BASIS, SCOPE, BasisKind, ScopeKind
from storage.projections.breaker_parts import BreakerStateRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS, STATE = table_of(EventRow), table_of(BreakerStateRow)
LOOKED_AT = (BASIS, SCOPE)


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """``shadow`` is measured while the scope is halted, and releases it; None otherwise."""

    scope: Scope
    gauge: Gauge
    halts: tuple[Halt, ...]
    shadow: Gauge | None


class BreakerBoard:
    """What the scheduler's own meter would say, from the same log. May be asked from any thread.

    The read model has it where the desk lives by the terms it was folded on. For others, and for a
    store whose settings are not on record, the log is folded, and each look reads what is new.
    """

    def __init__(self, reader: StoreReader, policy: DeskPolicy) -> None:
        self._reader = reader
        self._policy = policy
        self._lock = Lock()
        self._meter: BreakerMeter | None = None
        self._version = ""

    def scopes(self) -> tuple[ScopeLine, ...]:
        """The desk first, then its strategies and accounts; nothing for an empty store."""
        if (stored := stored_scopes(self._reader, self._policy)) is not None:
            return tuple(sorted((_line(one) for one in stored), key=_place))
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


def stored_scopes(reader: StoreReader, policy: DeskPolicy) -> tuple[Measured, ...] | None:
    """Every scope as the read model has it; None where it cannot say what this policy measures."""
    rows = reader.rows(select(STATE.c.part, STATE.c.document).where(STATE.c.part.in_(LOOKED_AT)))
    bases = [BasisKind.validate_json(row["document"]) for row in rows if row["part"] == BASIS]
    if not bases or not bases[0].sound or bases[0].exempt != policy.profile.flat_account:
        return None
    scopes = [ScopeKind.validate_json(row["document"]) for row in rows if row["part"] == SCOPE]
    shadowed = {one.scope for one in scopes if one.shadow is not None}
    if shadowed and (bases[0].terms != policy.risk or shadowed & bases[0].mixed):
        return None
    return tuple(scopes)


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
