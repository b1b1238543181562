"""An operator decides about a job whose id nobody recorded: adopted, or abandoned and stepped down from."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import pytest

from core.desk.research_jobs import abandon_job, adopt_job
from core.desk.writing import new_event, week_stream
from core.errors import BadInput, JobUncertain, ModelError
from core.events.envelope import Append
from core.events.week import RunStarted, WeekClaimed
from tests.fakes.research_jobs import REQUEST, gemini, researcher
from tests.fakes.spending import memory_store
from tests.fakes.week import AS_OF, WEEK, run_spec
from tests.servers.gemini_research_server import gemini_research_server
from tests.servers.research_server import Fault

DAY = date(2026, 11, 18)


@pytest.fixture
def server():
    with gemini_research_server() as served:
        served.on_create = [Fault("drop", taken=True)]
        yield served


@pytest.fixture
def desk(server):
    """A desk whose week's run died in the creation of pack A's job."""
    store, run, stream = memory_store(), run_spec(), week_stream(WEEK)
    claim = WeekClaimed(week_id=WEEK, run_id=run.run_id)
    start = RunStarted(
        run_id=run.run_id,
        week_id=WEEK,
        as_of=AS_OF,
        seed=run.seed,
        settings_fingerprint="",
        prompts_fingerprint="",
    )
    made = [new_event(stream, event, [1], AS_OF, run_id=run.run_id) for event in (claim, start)]
    store.commit([Append(stream, made, 0)])
    with pytest.raises(JobUncertain):
        ask(server, store)
    return SimpleNamespace(store=store, lock=SimpleNamespace(hold=lambda name: nullcontext()))


def ask(server, store):
    return asyncio.run(researcher(gemini(server.url), store).research(REQUEST))


def test_an_adopted_job_is_polled_and_nothing_is_created(server, desk):
    job = adopt_job(desk, WEEK, "A", " job-1 ")
    assert (job.pack, job.researcher) == ("A", "gemini/deep-research-x")
    with pytest.raises(BadInput, match="has no research job to decide about"):
        adopt_job(desk, WEEK, "A", "job-1")
    assert ask(server, desk.store).report
    assert len(server.creations) == 1


def test_an_abandoned_job_is_a_failure_of_the_researcher_and_nothing_is_created(server, desk):
    abandon_job(desk, WEEK, "A")
    for _ in range(2):
        with pytest.raises(ModelError, match="abandoned"):
            ask(server, desk.store)
    assert len(server.creations) == 1


def test_only_a_job_that_waits_can_be_decided_about(desk):
    with pytest.raises(BadInput, match="pack B"):
        abandon_job(desk, WEEK, "B")
    with pytest.raises(BadInput, match="no pack"):
        adopt_job(desk, WEEK, "C", "x")
    with pytest.raises(BadInput, match="no job id"):
        adopt_job(desk, WEEK, "A", " ")
    abandon_job(desk, WEEK, "A")
    with pytest.raises(BadInput, match="has no research job"):
        adopt_job(desk, WEEK, "A", "job-1")
