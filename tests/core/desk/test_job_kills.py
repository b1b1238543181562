"""A process killed before or after any event of its job: the next leader ends the job, nothing is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from core.desk import job_runner, jobs
from core.desk.job_board import JobBoard
from core.desk.job_state import JobStatus
from core.events.account import OrderIntended
from core.events.jobs import JobFinished, JobRequested
from core.job_kinds import STAGES
from core.types import WeekId
from tests.fakes.desks import Bench
from tests.fakes.job_desk import JobDesk, job_desk

WEEK = WeekId("2024-01-10")
STAGE = {"kind": "stage", "week_id": WEEK, "stage": "research_b"}
REPORTS = 2 * 3
COMMITS = 1 + REPORTS + 1
"""Of the job alone: the claim, the beginning and the end of three stages, and the end."""


class Killed(BaseException):
    """The power is gone."""


class Mortal:
    """A store that dies before or after the nth commit of a job's event, and stays dead."""

    def __init__(self, inner, number, *, after):
        self._inner, self._left, self._after, self._dead = inner, number, after, False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def commit(self, appends):
        of_job = any(append.stream_id.startswith("job/") for append in appends)
        self._left -= of_job
        self._dead = self._dead or (of_job and self._left == 0)
        if self._dead and not self._after:
            raise Killed
        stored = self._inner.commit(appends)
        if self._dead:
            self._after = False
            raise Killed
        return stored


def mortal(made: JobDesk, number: int, *, after: bool) -> JobDesk:
    """The same desk in a process that dies there."""
    store = Mortal(made.bench.store, number, after=after)
    desk = made.bench.desk
    desk = replace(
        desk,
        store=store,
        books=type(desk.books)(store),
        marks=type(desk.marks)(store),
        providers=replace(desk.providers, store=store),
    )
    return JobDesk(Bench(made.bench.settings, store, desk), made.runs, made.token)


def heads(made: JobDesk) -> dict[str, str]:
    return {name: head for name, head in made.bench.heads().items() if not name.startswith("job/")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    made = job_desk(tmp_path_factory.mktemp("runs"))
    state = made.run(**STAGE)
    assert state.status is JobStatus.DONE
    assert state.version == 1 + COMMITS
    return heads(made)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, COMMITS + 1))
def test_a_kill_at_any_event_of_a_job_is_harmless(undisturbed, tmp_path, number, after):
    made = job_desk(tmp_path)
    key = made.ask(**STAGE)
    dying = mortal(made, number, after=after)
    with pytest.raises(Killed):
        dying.run_claimed(dying.claim(key))
    nextone = JobDesk(made.bench.under({}), tmp_path, token=2)
    board = JobBoard(nextone.bench.store)
    for state in board.startable(2, nextone.now):
        assert nextone.run_claimed(nextone.claim(state.key)).status is JobStatus.DONE
    assert board.open() == []
    assert len(nextone.bench.events(JobFinished)) == 1
    assert len(nextone.bench.events(JobRequested)) == 1
    assert heads(nextone) == undisturbed


def test_a_week_killed_between_its_plan_and_its_orders_trades_once(tmp_path):
    """The kill comes after ``order_plan`` is reported as done; the orders are intended, not sent."""
    made = job_desk(tmp_path)
    key = made.ask("weekly", week_id=WEEK)
    reported = 1 + 2 * (STAGES.index("order_plan") + 1)
    dying = mortal(made, reported, after=True)
    with pytest.raises(Killed):
        dying.run_claimed(dying.claim(key))
    intended = Counter(e.intent.client_order_id for e in made.bench.events(OrderIntended))
    assert intended
    nextone = JobDesk(made.bench.under({}), tmp_path, token=2)
    assert nextone.run_claimed(nextone.claim(key)).status is JobStatus.DONE
    again = Counter(e.intent.client_order_id for e in made.bench.events(OrderIntended))
    assert again == intended
    assert set(again.values()) == {1}


def test_a_frozen_leader_that_wakes_up_while_the_next_one_works_ends_nothing_twice(tmp_path):
    made = job_desk(tmp_path)
    key = made.ask(**STAGE)
    frozen = made.claim(key)
    nextone = JobDesk(made.bench, tmp_path, token=2)
    assert nextone.run_claimed(nextone.claim(key)).status is JobStatus.DONE
    with pytest.raises(Exception, match=r"another leader|not ours"):
        asyncio.run(job_runner.run_job(made.bench.desk, frozen, made.tools, poll_s=0.01))
    assert len(made.bench.events(JobFinished)) == 1
    assert jobs.claim(made.bench.store, key, 3, made.now) is None
