"""Thresholds passed that the log does not hold yet, and the events they become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.desk.halts import BREAKER_STREAM
from core.desk.writing import new_event
from core.events.breaker import BreakerReleased, BreakerTripped
from core.events.envelope import NewEvent
from core.rules.breaker import Reading
from core.rules.breaker_scope import Measured
from core.schemas.breaker import Scope
from core.types import Money


@dataclass(frozen=True, slots=True)
class Passed:
    """A threshold passed at an instant; ``equity`` and ``peak`` in USD as they were."""

    scope: Scope
    reading: Reading
    equity: Money
    peak: Money
    at: datetime


def tripped(passed: Passed, measured: Measured) -> NewEvent:
    """The halt, named by how often its cause has halted the scope."""
    number = measured.trips.get(passed.reading.cause, 0) + 1
    return _named(BreakerTripped, passed, number)


def was_released(passed: Passed, measured: Measured) -> NewEvent:
    """The release of its newest halt."""
    return _named(BreakerReleased, passed, measured.trips.get(passed.reading.cause, 0))


def _named(kind: type[BreakerTripped | BreakerReleased], passed: Passed, number: int) -> NewEvent:
    event = kind(
        scope=passed.scope,
        cause=passed.reading.cause,
        value=passed.reading.value,
        threshold=passed.reading.threshold,
        at_equity=passed.equity,
        peak=passed.peak,
    )
    return new_event(BREAKER_STREAM, event, [event.scope, event.cause, number], passed.at)
