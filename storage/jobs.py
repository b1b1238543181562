"""The faces' entrance: commands in, as events; what becomes of them is in `storage.queries.jobs`."""

from __future__ import annotations

from core.clock import Clock
from core.commands import CancelJob, RunJob
from core.desk import jobs
from core.desk.job_check import refuse_unfit
from core.desk.job_log import job_state
from core.desk.job_state import JobState, JobStatus
from core.events import ALL_EVENTS
from core.events.jobs import JobRequested
from core.policy import DeskPolicy
from core.ports import EventStore
from core.rendering import load_builtin
from storage.engine import PoolSettings
from storage.event_store import SqlEventStore, open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry


def enqueue(
    store: EventStore, command: RunJob, by: str, clock: Clock, policy: DeskPolicy | None = None
) -> JobRequested:
    """Ask for a job; the request that is open already when somebody asked before.

    ``by`` says who asks: ``cli``, ``page``, ``api``, ``scheduler``. BadInput in one line for work
    that is done once and is done, and, where the ``policy`` is given, for what cannot be run under
    it; nothing is written then. Nothing runs here: the scheduler's leader claims it.
    """
    if policy is not None:
        refuse_unfit(command, policy, load_builtin())
    return jobs.request(store, command, by, clock.now())


def is_known(store: EventStore, command: RunJob) -> bool:
    """Whether this work was ever asked for and neither failed nor was cancelled."""
    state = job_state(store, command.key)
    return state is not None and (state.is_open or state.status is JobStatus.DONE)


def cancel_job(store: EventStore, command: CancelJob, by: str, clock: Clock) -> JobState:
    """Cancel a job; BadInput for one that does not exist or has ended."""
    return jobs.cancel(store, command, by, clock.now())


def open_for_commands(url: str, pool: PoolSettings | None = None) -> SqlEventStore:
    """The store a face appends its commands to, read models included; made when it is not there."""
    return open_store(
        url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS, pool=pool
    )
