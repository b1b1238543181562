"""Running a claimed job to its end, to its next attempt, or to the boundary where it was cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

from core.desk import jobs
from core.desk.desk import Desk
from core.desk.job_policy import BUSY_AGAIN, MOST_CRASHES, again_after
from core.desk.job_reporter import JobReporter
from core.desk.job_state import ClaimedJob, JobState
from core.desk.job_tools import Done, JobTools
from core.desk.job_work import JobWork, stages_of
from core.errors import Busy, CouncilError, JobCancelled, LeaseLost, StoreError
from core.events.jobs import JobOutcome
from core.tracing import bind, traced

log = logging.getLogger(__name__)
POLL_S = 1.0
"""How often a job under way looks whether it was cancelled."""
MOST_WORDS = 400


async def run_job(
    desk: Desk, held: ClaimedJob, tools: JobTools, poll_s: float = POLL_S
) -> JobState:
    """Run it; the state it is left in: ended, or waiting for its next attempt.

    Cancelled from outside (the process is told to stop) it is handed back, and CancelledError
    passes through. A StoreError that leaves nothing to be recorded passes through too: the claim
    stands, and whoever leads then takes it up.
    """
    with traced(held.trace_id), bind(job_id=held.key, week_id=held.command.week_id):
        log.info("job begins", extra={"attempt": held.attempt, "asked_by": held.requested_by})
        state = await _to_its_end(desk, held, tools, poll_s)
        log.info("job left as %s", state.status, extra={"attempt": held.attempt})
        return state


async def _to_its_end(desk: Desk, held: ClaimedJob, tools: JobTools, poll_s: float) -> JobState:
    if held.crashes >= MOST_CRASHES:
        why = f"begun {held.crashes + 1} times and never ended: its process died each time"
        return _end(desk, held, JobOutcome.FAILED, why)
    reporter = JobReporter(desk.store, desk.clock, held, stages_of(held.command))
    try:
        reporter.begin()
        work = JobWork(desk, tools, reporter, held.command)
        done = await _watched(work.do(), reporter, poll_s)
    except asyncio.CancelledError:
        with suppress(StoreError):  # another leader has it: nothing to hand back
            _hand_back(desk, held, "the scheduler was stopped", timedelta(0))
        raise
    except JobCancelled:
        return _end(desk, held, JobOutcome.CANCELLED, f"cancelled by {reporter.cancelled_by}")
    except LeaseLost:
        raise
    except Busy as error:
        return _hand_back(desk, held, str(error), BUSY_AGAIN)
    except CouncilError as error:
        return _failed(desk, held, error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        log.exception("job failed by a defect of the program")
        return _end(desk, held, JobOutcome.FAILED, f"{type(error).__name__}: {error}")
    outcome = JobOutcome.DONE if done.ok else JobOutcome.FAILED
    return jobs.finish(desk.store, held, outcome, done.detail, desk.clock.now(), result=done.result)


async def _watched(work: Coroutine[Any, Any, Done], reporter: JobReporter, poll_s: float) -> Done:
    """The work's result; JobCancelled when it was stopped at somebody's request."""
    task = asyncio.create_task(_outlived(work))
    reporter.stop = task.cancel
    try:
        while not (await asyncio.wait({task}, timeout=poll_s))[0]:
            reporter.look()
    except asyncio.CancelledError:
        reporter.stopping = True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    if reporter.lost is not None:
        task.cancelled() or task.exception()  # looked at: it is not what ended the job
        raise reporter.lost
    if task.cancelled():
        raise JobCancelled("stopped at a stage boundary: what is done stays done")
    return task.result()


async def _outlived(work: Coroutine[Any, Any, Done]) -> Done:
    """An event loop is ended by SystemExit in a task: what a job's library does ends the job alone."""
    try:
        return await work
    except SystemExit as error:
        raise RuntimeError(f"it would have ended the process with {error.code}") from error


def _failed(desk: Desk, held: ClaimedJob, error: CouncilError) -> JobState:
    wait = again_after(held.command.kind, error, held.failures + 1)
    if wait is None:
        return _end(desk, held, JobOutcome.FAILED, str(error))
    return _hand_back(desk, held, str(error), wait, failed=True)


def _end(desk: Desk, held: ClaimedJob, outcome: JobOutcome, why: str) -> JobState:
    log.warning("job %s: %s", outcome, why)
    return jobs.finish(desk.store, held, outcome, _line(why), desk.clock.now())


def _hand_back(
    desk: Desk, held: ClaimedJob, why: str, wait: timedelta, *, failed: bool = False
) -> JobState:
    now = desk.clock.now()
    return jobs.hand_back(desk.store, held, _line(why), now, again_at=now + wait, failed=failed)


def _line(text: str) -> str:
    return " ".join(text.split())[:MOST_WORDS]
