"""How often a failing job is tried again and after how long, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from core.errors import (
    BrokerUnavailable,
    ConcurrencyError,
    CouncilError,
    MarketError,
    ModelTimeout,
    ModelUnavailable,
    StageTimeout,
    StoreUnusable,
    UnknownSymbol,
)
from core.job_kinds import JobKind


@dataclass(frozen=True, slots=True)
class Retry:
    """``attempts`` in all; ``backoff`` before the second, twice as long before each one after."""

    attempts: int
    backoff: timedelta = timedelta(minutes=5)

    def wait(self, failures: int) -> timedelta:
        """How long to wait after that many failures (1, 2, …)."""
        return self.backoff * (1 << (failures - 1))


ONE_TRY = Retry(1)
RETRIES: Mapping[JobKind, Retry] = MappingProxyType(
    {
        JobKind.WEEKLY: Retry(5, timedelta(minutes=5)),  # the last 75 minutes after the first
        JobKind.STAGE: Retry(3, timedelta(minutes=5)),
        JobKind.RERUN: Retry(3, timedelta(minutes=5)),
        JobKind.CHECKPOINT: ONE_TRY,  # its slot keeps its outcome, and the next one comes anyway
        JobKind.POSTMORTEM: Retry(4, timedelta(minutes=30)),
        JobKind.REPLAY: ONE_TRY,
        JobKind.SIMULATE: ONE_TRY,
        JobKind.REBUILD: Retry(3, timedelta(minutes=1)),
        JobKind.EXPORT: Retry(3, timedelta(minutes=1)),
        JobKind.COUNCIL: Retry(2, timedelta(minutes=1)),
        JobKind.CYCLE: Retry(2, timedelta(minutes=1)),
        JobKind.ASK: Retry(2, timedelta(minutes=1)),
        JobKind.DISCOVERY: Retry(3, timedelta(minutes=1)),
        JobKind.MEASURE: Retry(3, timedelta(minutes=1)),
    }
)
TRANSIENT: tuple[type[CouncilError], ...] = (
    MarketError,  # a source that does not answer, or has no bars yet
    ModelUnavailable,
    ModelTimeout,
    StageTimeout,
    BrokerUnavailable,
    StoreUnusable,
    ConcurrencyError,
)
LASTING: tuple[type[CouncilError], ...] = (UnknownSymbol,)
"""Time may cure the ones, never the others; what is in neither is wrong the next time too."""
BUSY_AGAIN = timedelta(minutes=1)
"""When to ask again while another process works on the same week; no attempt is used up."""
MOST_CRASHES = 5
"""So often may a job's process die under it: whatever kills it must not kill every leader."""


def again_after(kind: JobKind, error: CouncilError, failures: int) -> timedelta | None:
    """How long to wait before the next attempt, after ``failures`` with this one; None to give up."""
    retry = RETRIES[kind]
    may_pass = isinstance(error, TRANSIENT) and not isinstance(error, LASTING)
    if not may_pass or failures >= retry.attempts:
        return None
    return retry.wait(failures)
