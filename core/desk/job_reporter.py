"""A job's voice and ear: tells the log how far it is, and hears there that it shall stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.clock import Clock
from core.desk import jobs
from core.desk.job_log import job_state
from core.desk.job_state import ClaimedJob, JobState
from core.errors import ConcurrencyError, JobCancelled, StoreError
from core.pipeline import StageState
from core.ports import EventStore

ENDED = (StageState.RESUMED, StageState.COMPLETED, StageState.SKIPPED)
RESUMED_BY_ID = frozenset({"research_a", "research_b"})
"""Stages that may be left in the middle: the vendor works on, and the job's id is in the log."""
REPORTS = 20
"""A job of many small steps tells of about so many of them."""


class JobReporter:
    """Nothing is raised into a stage: a report that fails stops the job from outside, as ``lost``.

    ``stages`` are those to come before the end; one that stands among them unannounced, as the
    approval of the orders does, is counted when it is met.
    """

    def __init__(
        self, store: EventStore, clock: Clock, held: ClaimedJob, stages: Sequence[str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._held = held
        self._order = tuple(stages)
        self._expected = set(stages)
        self._ended: set[str] = set()
        self._running: set[str] = set()
        self._told = -1
        self.cancelled_by: str | None = None
        self.stopping = False
        self.lost: StoreError | None = None
        self.stop: Callable[[], object] = lambda: None
        """Cancels the task that does the work."""

    @property
    def identity(self) -> str:
        """Names this request of the job: asked again once it ended, it is another one."""
        return f"job/{self._held.key}#{self._held.request}"

    def begin(self) -> None:
        """JobCancelled for a job that was cancelled before anybody came to it."""
        self._heard(job_state(self._store, self._held.key))
        if self.lost is not None:
            raise self.lost
        if self.cancelled_by is not None:
            raise JobCancelled(f"job {self._held.key} was cancelled before it began")

    def stage(self, name: str, state: StageState) -> None:
        """A stage began or ended: the pipeline's progress, and where a cancelled job stops."""
        self._expected.add(name)
        if state in ENDED:
            self._ended.update(self._up_to(name))
        if state is StageState.RESUMED:
            return
        if state is StageState.STARTED:
            self._running.add(name)
        else:
            self._running.discard(name)
        self._report(name, len(self._ended), len(self._expected), state)
        if state in ENDED and self.cancelled_by is not None and self._ended < self._expected:
            self.stop()

    def _up_to(self, name: str) -> Sequence[str]:
        """The stage and all before it: they end in their order, told or not."""
        if name not in self._order:
            return (name,)
        return self._order[: self._order.index(name) + 1]

    def tell(self, step: str, done: int, total: int) -> None:
        """A step of work in a thread; JobCancelled when it shall stop here."""
        share = done * REPORTS // total if total else 0
        if share != self._told:
            self._told = share
            self._report(step, done, total, "under way")
        if self.lost is not None:
            raise self.lost
        if self.stopping or self.cancelled_by is not None:
            raise JobCancelled(f"job {self._held.key} was stopped at {step}")

    def look(self) -> None:
        """Look whether somebody cancelled, or took the job over; a store that is busy is asked later."""
        try:
            self._heard(job_state(self._store, self._held.key))
        except StoreError:
            return
        if self.cancelled_by is not None and self._running and self._running <= RESUMED_BY_ID:
            self.stop()

    def _report(self, step: str, done: int, total: int, told: str) -> None:
        try:
            place, at = (done, total), self._clock.now()
            self._heard(jobs.report(self._store, self._held, step, place, told, at))
        except StoreError as error:
            self.lost = error
            self.stop()

    def _heard(self, state: JobState | None) -> None:
        if state is None or not state.is_held_by(self._held):
            self.lost = ConcurrencyError(f"job {self._held.key} was taken over by another leader")
            self.stop()
        else:
            self.cancelled_by = state.cancel_by
