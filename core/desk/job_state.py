"""A job as its stream tells it: asked for, claimed under a token, handed back, ended once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.commands import RunJob
from core.errors import StoreError
from core.events.envelope import Event, StoredEvent
from core.events.jobs import (
    JobCancelRequested,
    JobClaimed,
    JobFinished,
    JobHandedBack,
    JobProgressed,
    JobRequested,
)
from core.tracing import TRACE_ID

WAITING = "waiting"
"""The entry of a result that says for what a week's run waits: the rest of it may be asked for."""


class JobStatus(StrEnum):
    REQUESTED = "requested"
    CLAIMED = "claimed"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    MISSED = "missed"

    @property
    def is_open(self) -> bool:
        return self in (self.REQUESTED, self.CLAIMED, self.RUNNING, self.CANCELLING)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """One claim of a job: what a leader holds while it works, and shows when it reports."""

    key: str
    request: int
    token: int
    attempt: int
    command: RunJob
    requested_by: str
    failures: int = 0
    """Attempts that failed before this one."""
    crashes: int = 0
    """Claims that ended in no event at all: their process died."""
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobState:
    """The newest request of a key.

    ``position`` is that of its request in the log, ``version`` the stream's, for the next append.
    """

    requested: JobRequested
    requested_at: datetime
    position: int
    version: int
    trace_id: str | None = None
    attempt: int = 0
    failures: int = 0
    let_go: int = 0
    claim: JobClaimed | None = None
    progress: JobProgressed | None = None
    handed_back: JobHandedBack | None = None
    cancel_by: str | None = None
    finished: JobFinished | None = None

    @property
    def key(self) -> str:
        return self.requested.key

    @property
    def request(self) -> int:
        return self.requested.request

    @property
    def command(self) -> RunJob:
        return self.requested.command

    @property
    def is_open(self) -> bool:
        return self.finished is None

    @property
    def status(self) -> JobStatus:
        if self.finished is not None:
            return JobStatus(self.finished.outcome)
        if self.cancel_by is not None:
            return JobStatus.CANCELLING
        if self.claim is None:
            return JobStatus.REQUESTED
        return JobStatus.CLAIMED if self.progress is None else JobStatus.RUNNING

    def may_be_claimed(self, token: int, at: datetime) -> bool:
        """Whether a leader with this token has something to begin or to go on with.

        A claim under an older token is an orphan; one under a newer token means that we are the
        older leader. What was handed back waits for its time.
        """
        if not self.is_open:
            return False
        if self.claim is not None:
            return self.claim.token <= token
        return self.handed_back is None or self.cancel_by is not None or self.is_due(at)

    def is_due(self, at: datetime) -> bool:
        return self.handed_back is None or self.handed_back.again_at <= at

    def claimed(self) -> ClaimedJob:
        """The claim there is, for its holder."""
        assert self.claim is not None  # asked only of a claimed job
        return ClaimedJob(
            key=self.key,
            request=self.request,
            token=self.claim.token,
            attempt=self.claim.attempt,
            command=self.command,
            requested_by=self.requested.requested_by,
            failures=self.failures,
            crashes=self.claim.attempt - 1 - self.let_go,
            trace_id=self.trace_id,
        )

    def is_held_by(self, claimed: ClaimedJob) -> bool:
        """Whether this very claim still stands."""
        claim = self.claim
        return (
            self.is_open
            and claim is not None
            and (claim.request, claim.token, claim.attempt)
            == (claimed.request, claimed.token, claimed.attempt)
        )


def folded(state: JobState | None, row: StoredEvent, event: Event) -> JobState | None:
    """The state after one more event of the job's stream."""
    if isinstance(event, JobRequested):
        at, trace = datetime.fromisoformat(row.occurred_at), row.telemetry.get(TRACE_ID)
        return JobState(
            event, at, row.position, row.version, trace if isinstance(trace, str) else None
        )
    if state is None:
        raise StoreError(
            f"stream {row.stream_id} begins with {row.type} instead of JobRequested: `verify` it"
        )
    change = _CHANGES.get(type(event))
    changes = {} if change is None else change(state, event)
    return replace(state, version=row.version, **changes)


def _claimed(_: JobState, event: Any) -> dict[str, Any]:
    return {"claim": event, "attempt": event.attempt, "progress": None, "handed_back": None}


def _handed_back(state: JobState, event: Any) -> dict[str, Any]:
    return {
        "claim": None,
        "progress": None,
        "handed_back": event,
        "let_go": state.let_go + 1,
        "failures": state.failures + event.failed,
    }


_CHANGES: Mapping[type[Event], Callable[[JobState, Any], dict[str, Any]]] = MappingProxyType(
    {
        JobClaimed: _claimed,
        JobHandedBack: _handed_back,
        JobProgressed: lambda _, event: {"progress": event},
        JobCancelRequested: lambda _, event: {"cancel_by": event.by},
        JobFinished: lambda _, event: {"finished": event},
    }
)
