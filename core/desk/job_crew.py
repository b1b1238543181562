"""The leader's hands for jobs: at every round it begins what may begin, beside what is under way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from core.desk import jobs
from core.desk.desk import Desk
from core.desk.job_board import JobBoard
from core.desk.job_runner import run_job
from core.desk.job_state import ClaimedJob, JobState
from core.desk.job_tools import JobTools
from core.desk.lanes import Lanes
from core.errors import ConcurrencyError

MOST = 4
"""Jobs under way at once; the others wait their turn."""

JobReport = Callable[[JobState], None]


class JobCrew:
    """Begun with a lead under ``token`` and over with it; what it does is in the log alone.

    A job's lane is its group, so that one runs at a time a week.
    """

    def __init__(
        self, desk: Desk, tools: JobTools, token: int, lanes: Lanes, report: JobReport
    ) -> None:
        self._desk = desk
        self._tools = tools
        self._token = token
        self._lanes = lanes
        self._report = report
        self._board = JobBoard(desk.store)
        self._running: set[str] = set()

    def round(self) -> None:
        """Claim and begin what may be begun; StoreError when the log cannot be used."""
        now = self._desk.clock.now()
        for state in self._board.startable(self._token, now, self._running):
            if len(self._running) >= MOST:
                return
            lane = f"job {state.command.group}"
            if self._lanes.busy(lane):
                continue
            held = jobs.claim(self._desk.store, state.key, self._token, now)
            if held is not None:
                self._running.add(held.key)
                self._lanes.start(lane, self._run(held))

    async def _run(self, held: ClaimedJob) -> None:
        try:
            with suppress(ConcurrencyError):  # another leader has it, and ends it
                self._report(await run_job(self._desk, held, self._tools))
        finally:
            self._running.discard(held.key)
