"""A leader's rounds: one job a week at a time, others beside it, orphans first taken up and then ended."""

from __future__ import annotations

import asyncio

import pytest

from core.desk import jobs
from core.desk.job_crew import MOST, JobCrew
from core.desk.job_state import JobStatus
from core.desk.lanes import Lanes
from core.events.jobs import JobClaimed, JobFinished
from core.types import WeekId
from tests.fakes.desks import MoodyModel, on
from tests.fakes.job_desk import JobDesk, job_desk

WEEK, BEFORE = WeekId("2024-01-10"), WeekId("2024-01-03")


def crew_of(made: JobDesk, lanes: Lanes, ended: list) -> JobCrew:
    return JobCrew(made.bench.desk, made.tools, made.token, lanes, ended.append)


def rounds(made: JobDesk, most: int = 200) -> list:
    """Rounds until nothing is open any more; the states jobs were left in, in order."""
    ended: list = []

    async def go():
        lanes = Lanes()
        crew = crew_of(made, lanes, ended)
        for _ in range(most):
            crew.round()
            if lanes.idle:
                return
            await lanes.wait(0.05)
            assert lanes.ended() == []

    asyncio.run(go())
    return ended


def test_jobs_of_one_week_run_one_after_the_other_in_the_order_asked(tmp_path):
    made = job_desk(tmp_path)
    made.ask("weekly", week_id=WEEK)
    for kind, fields in [("replay", {}), ("export", {}), ("stage", {"stage": "pitch"})]:
        made.ask(kind, week_id=WEEK, **fields)
    ended = rounds(made)
    assert [state.command.kind for state in ended] == ["weekly", "replay", "export", "stage"]
    assert {state.status for state in ended} == {JobStatus.DONE}


class Held(MoodyModel):
    """Managers of one week think until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def complete(self, request):
        self.asked.set()
        await self.let_go.wait()
        return await super().complete(request)


def test_an_hour_of_thinking_keeps_no_other_work_waiting(tmp_path):
    model = Held()
    made = job_desk(tmp_path, model=model)
    made.ask("weekly", week_id=WEEK)
    made.ask("rebuild")
    waits = made.ask("export", week_id=WEEK)
    ended: list = []

    async def go():
        lanes = Lanes()
        crew = crew_of(made, lanes, ended)
        crew.round()
        await model.asked.wait()
        while not ended:
            crew.round()
            await asyncio.sleep(0.01)
        assert [state.key for state in ended] == ["rebuild/all"]
        assert made.line(waits).status is JobStatus.REQUESTED
        model.let_go.set()
        while len(ended) < 3:
            crew.round()
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(go(), 30))
    assert [state.command.kind for state in ended] == ["rebuild", "weekly", "export"]


def test_an_orphan_is_taken_up_by_the_next_leader(tmp_path):
    made = job_desk(tmp_path)
    made.claim(made.ask("weekly", week_id=WEEK))
    made.token = 2
    [state] = rounds(made)
    assert (state.status, state.attempt) == (JobStatus.DONE, 2)
    assert len(made.bench.events(JobFinished)) == 1


def test_a_job_whose_task_was_lost_is_taken_up_under_the_same_claim(tmp_path):
    """Its end could not be written: the next round of the same leader goes on with it."""
    made = job_desk(tmp_path)
    made.claim(made.ask("weekly", week_id=WEEK))
    [state] = rounds(made)
    assert (state.status, state.attempt) == (JobStatus.DONE, 1)
    assert len(made.bench.events(JobClaimed)) == 1


def test_an_older_leader_begins_nothing_of_a_newer_ones(tmp_path):
    made = job_desk(tmp_path)
    made.token = 2
    made.claim(made.ask("weekly", week_id=WEEK))
    made.token = 1
    assert rounds(made, most=3) == []


def test_a_leader_that_stops_hands_its_jobs_back(tmp_path):
    model = Held()
    made = job_desk(tmp_path, model=model)
    key = made.ask("weekly", week_id=WEEK)

    async def go():
        lanes = Lanes()
        crew_of(made, lanes, []).round()
        await model.asked.wait()
        await lanes.cancel()

    asyncio.run(go())
    assert made.line(key).status is JobStatus.REQUESTED
    assert made.line(key).detail == "the scheduler was stopped"


@pytest.mark.parametrize("more", [0, 3])
def test_only_so_many_run_at_once(tmp_path, more):
    model = Held()
    made = job_desk(tmp_path, at=on("2024-03-06"), model=model)
    weeks = [f"2024-0{m}-{d}" for m, d in [(1, "03"), (1, "10"), (1, "17"), (1, "24")]]
    weeks += ["2024-01-31", "2024-02-07", "2024-02-14"]
    for week in weeks[: MOST + more]:
        made.ask("replay", week_id=week)
    begun: list = []

    async def go():
        lanes = Lanes()
        crew = crew_of(made, lanes, begun)
        crew.round()
        claimed = len(made.bench.events(JobClaimed))
        await lanes.cancel()
        return claimed

    assert asyncio.run(go()) == MOST
    assert jobs.claim(made.bench.store, f"replay/{weeks[0]}", 1, made.now) is not None
