"""SIGKILL before and after every commit and every call to the vendor: the job is paid once, or asked about."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from core.errors import JobUncertain
from core.events.calls import ResearchJobEnded
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from tests.fakes.kill_points import DyingStore, KillPoints
from tests.fakes.research_jobs import REQUEST, gemini, researcher
from tests.fakes.spending import ALL_EVENTS, EventRegistry
from tests.servers.gemini_research_server import gemini_research_server

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # that is the point


class DyingVendor:
    """A vendor with a point before and after every call."""

    def __init__(self, inner, points):
        self._inner, self._points, self.name = inner, points, inner.name

    async def create(self, prompt, request):
        return await self._around("create", self._inner.create(prompt, request))

    async def poll(self, job_id):
        return await self._around("poll", self._inner.poll(job_id))

    async def _around(self, what, call):
        self._points.reach(f"before {what}")
        answer = await call
        self._points.reach(f"after {what}")
        return answer


def research(file, url, kill_at=0):
    points = KillPoints(kill_at)
    store = open_store(
        f"sqlite:///{file}", registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS
    )
    try:
        vendor = DyingVendor(gemini(url), points)
        asyncio.run(researcher(vendor, DyingStore(store, points)).research(REQUEST))
        return points.passed, [row.type for row in store.read_all()]
    finally:
        store.close()


def in_a_child(file, url, kill_at):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            research(file, url, kill_at)
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def test_wherever_the_process_dies_one_job_is_created_and_a_lost_id_is_asked_about(tmp_path):
    with gemini_research_server() as server:
        passed, _ = research(tmp_path / "whole.db", server.url)
    lost = {"after commit ResearchJobRequested", "before create", "after create"}
    lost.add("before commit ResearchJobStarted")
    assert lost <= set(passed)
    for kill_at, point in enumerate(passed, 1):
        file = tmp_path / f"{kill_at}.db"
        with gemini_research_server() as server:
            status = in_a_child(file, server.url, kill_at)
            assert os.WIFSIGNALED(status), point
            assert os.WTERMSIG(status) == signal.SIGKILL
            if point in lost:
                with pytest.raises(JobUncertain):
                    research(file, server.url)
                assert len(server.creations) == (point not in list(passed)[:3]), point
            else:
                _, kinds = research(file, server.url)
                assert kinds.count(ResearchJobEnded.__name__) == 1
                assert len(server.creations) == 1, point
