"""Jobs in the log: asked for by faces, claimed, reported and ended by the leader, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from core.commands import CancelJob, JobKind, RunJob
from core.desk.job_log import appended, changed, job_state
from core.desk.job_state import WAITING, ClaimedJob, JobState, JobStatus
from core.errors import BadInput, ConcurrencyError, EventConflict
from core.events.envelope import Event
from core.events.jobs import (
    JobCancelRequested,
    JobClaimed,
    JobFinished,
    JobHandedBack,
    JobOutcome,
    JobProgressed,
    JobRequested,
)
from core.ports import EventStore

ONCE = (
    JobKind.WEEKLY,
    JobKind.STAGE,
    JobKind.CHECKPOINT,
    JobKind.POSTMORTEM,
    JobKind.COUNCIL,
    JobKind.ASK,
)
"""Kinds that are not done again once they succeeded; asking for any other opens a new request."""
MOST_RESULT = 20
"""Entries of a result: it is a pointer to what was made, never the thing itself."""


def request(store: EventStore, command: RunJob, by: str, at: datetime) -> JobRequested:
    """Ask for a job: the request that is open already, or a new one.

    BadInput when it is of a kind that is done once, and it is done.
    """

    def decide(state: JobState | None) -> Sequence[Event]:
        if state is not None and state.is_open:
            return ()
        if state is not None and _is_done_for_good(state):
            raise BadInput(f"job {state.key} is done already: {_what_else(command)}")
        number = 1 if state is None else state.request + 1
        return [
            JobRequested(key=command.key, request=number, command=command, requested_by=by[:80])
        ]

    return changed(store, command.key, at, decide).requested


def cancel(store: EventStore, command: CancelJob, by: str, at: datetime) -> JobState:
    """Cancel a job: ended here and now when nobody works on it, else asked of whoever does.

    BadInput for a job that does not exist or has ended. Asking twice changes nothing.
    """

    def decide(state: JobState | None) -> Sequence[Event]:
        if state is None:
            raise BadInput(f"there is no job {command.key}: see the list of jobs")
        if state.finished is not None:
            raise BadInput(
                f"job {state.key} is {state.finished.outcome} already: nothing to cancel"
            )
        if state.cancel_by is not None:
            return ()
        asked = JobCancelRequested(key=state.key, request=state.request, by=by[:80])
        if state.claim is not None:
            return [asked]
        return [asked, _end(state, JobOutcome.CANCELLED, f"cancelled by {by[:80]}")]

    return changed(store, command.key, at, decide)


def claim(store: EventStore, key: str, token: int, at: datetime) -> ClaimedJob | None:
    """Claim an open job for the leader with this token; None when there is nothing to do for it.

    A claim of this very token is given again, unchanged: the leader knows what it is working on.
    One of an older token is an orphan's: its work is taken up in a new attempt. None also when
    somebody else wrote first.
    """
    state = job_state(store, key)
    if state is None or not state.may_be_claimed(token, at):
        return None
    if state.claim is not None and state.claim.token == token:
        return state.claimed()
    event = JobClaimed(key=key, request=state.request, token=token, attempt=state.attempt + 1)
    try:
        after = appended(store, key, state, [event], at)
    except (ConcurrencyError, EventConflict):
        return None
    assert after is not None  # it was there before
    return after.claimed()


def report(  # noqa: PLR0913, PLR0917 - a step is its name, its place and a few words
    store: EventStore, held: ClaimedJob, step: str, place: tuple[int, int], told: str, at: datetime
) -> JobState:
    """Tell how far the job is: ``place`` is (done, total). ConcurrencyError once it is not ours."""
    done, total = place
    event = JobProgressed(
        key=held.key,
        request=held.request,
        step=step[:120],
        done=done,
        total=total,
        told=told[:200],
    )
    return changed(store, held.key, at, lambda state: [event] if _ours(state, held) else [])


def hand_back(  # noqa: PLR0913 - what is let go of, why, and until when
    store: EventStore,
    held: ClaimedJob,
    reason: str,
    at: datetime,
    *,
    again_at: datetime,
    failed: bool = False,
) -> JobState:
    """Let go of a job that is not done, to be claimed again from ``again_at`` on."""
    event = JobHandedBack(
        key=held.key,
        request=held.request,
        token=held.token,
        attempt=held.attempt,
        failed=failed,
        reason=reason,
        again_at=again_at,
    )
    return changed(store, held.key, at, lambda state: [event] if _ours(state, held) else [])


def finish(  # noqa: PLR0913 - an end is an outcome, its words and what came of it
    store: EventStore,
    held: ClaimedJob,
    outcome: JobOutcome,
    detail: str,
    at: datetime,
    *,
    result: Mapping[str, JsonValue] | None = None,
) -> JobState:
    """End the job; said again it changes nothing. ConcurrencyError when another leader has it."""
    assert len(result or {}) <= MOST_RESULT  # a result is small

    def decide(state: JobState | None) -> Sequence[Event]:
        assert state is not None  # somebody claimed it
        event = _end(state, outcome, detail, result)
        if state.finished == event:
            return ()
        return [event] if _ours(state, held) else []

    return changed(store, held.key, at, decide)


def _is_done_for_good(state: JobState) -> bool:
    """Done, of a kind that is done once, and not at a gate behind which there is more to do."""
    if state.finished is None or state.finished.result.get(WAITING) is not None:
        return False
    return state.status is JobStatus.DONE and state.command.kind in ONCE


def _what_else(command: RunJob) -> str:
    if command.kind in (JobKind.WEEKLY, JobKind.STAGE):
        return "rerun the week from a stage to see it under other settings"
    if command.kind in (JobKind.COUNCIL, JobKind.ASK):
        return "read its answers, or ask with the next sequence"
    return "its result stands"


def _ours(state: JobState | None, held: ClaimedJob) -> bool:
    """True; ConcurrencyError when this claim does not stand any more."""
    if state is not None and state.is_held_by(held):
        return True
    raise ConcurrencyError(
        f"job {held.key} is not ours any more (request {held.request}, token {held.token}): "
        "it has ended or another leader has it"
    )


def _end(
    state: JobState,
    outcome: JobOutcome,
    detail: str,
    result: Mapping[str, JsonValue] | None = None,
) -> JobFinished:
    return JobFinished(
        key=state.key,
        request=state.request,
        outcome=outcome,
        detail=detail,
        result=dict(result or {}),
    )
