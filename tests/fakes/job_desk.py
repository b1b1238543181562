"""A desk with its jobs: asked for, claimed and run as the leader does, on a store in memory or a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config.job_tools import StoreTools
from config.wiring import build_desk, open_store, scratch_desk
from core.clock import FixedClock
from core.commands import RunJob, run_job
from core.desk import job_runner, jobs
from core.desk.desk import Desk
from core.desk.job_state import ClaimedJob, JobState
from core.types import StoreKind
from storage.queries import StoreReader
from storage.queries.jobs import JobLine, one_job
from tests.fakes.desks import Bench, bench, on, rules_settings


@dataclass
class JobDesk:
    """``token`` is the leader's; a new one is a new leader."""

    bench: Bench
    runs: Path
    token: int = 1
    made: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.bench.desk.clock.now()

    @property
    def tools(self) -> StoreTools:
        settings, store = self.bench.settings, self.bench.store
        return StoreTools(
            store=store,
            exports=self.runs,
            past=self.past,
            scratch=scratch_desk(settings, store),
            simulation=self._simulation,
        )

    def past(self, instant: datetime) -> Desk:
        desk = self.bench.desk
        then = bench(self.bench.settings, self.bench.store, clock=FixedClock(instant)).desk
        return replace(then, lock=desk.lock, trading=desk.trading)

    @contextmanager
    def _simulation(self, command: RunJob) -> Iterator[Desk]:
        settings = rules_settings()
        store = open_store(settings)
        clock = FixedClock(on(str(command.start), "07:30"))
        kind = StoreKind.SIMULATION
        yield build_desk(settings, store, kind=kind, clock=clock, seed=command.seed)
        store.close()

    def ask(self, kind: str, **fields: Any) -> str:
        """Ask for a job; its key."""
        command = run_job(kind, **fields)
        return jobs.request(self.bench.store, command, "test", self.now).key

    def claim(self, key: str) -> ClaimedJob:
        held = jobs.claim(self.bench.store, key, self.token, self.now)
        assert held is not None
        return held

    def run(self, kind: str, **fields: Any) -> JobState:
        """Ask for a job, claim it and run it."""
        return self.run_claimed(self.claim(self.ask(kind, **fields)))

    def run_claimed(self, held: ClaimedJob) -> JobState:
        return asyncio.run(job_runner.run_job(self.bench.desk, held, self.tools, poll_s=0.01))

    def line(self, key: str) -> JobLine:
        found = one_job(StoreReader(self.bench.store.engine), key)
        assert found is not None
        return found


def job_desk(runs: Path, at: datetime | None = None, **more: Any) -> JobDesk:
    return JobDesk(bench(rules_settings(), at=at or on("2024-01-10"), **more), runs)
