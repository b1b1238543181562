"""A job under way: what it tells, and where it hears that it shall stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.commands import CancelJob, run_job
from core.desk import jobs
from core.desk.job_log import job_state
from core.desk.job_policy import RETRIES, again_after
from core.desk.job_reporter import REPORTS, JobReporter
from core.errors import (
    BadInput,
    BudgetExceeded,
    ConcurrencyError,
    JobCancelled,
    MarketUnavailable,
    RateLimited,
    StoreUnusable,
    UnknownSymbol,
)
from core.events.jobs import JobProgressed
from core.job_kinds import STAGES, JobKind
from core.pipeline import StageState
from storage.jobs import open_for_commands
from tests.fakes.week import AS_OF

COMMAND = run_job("weekly", week_id="2026-11-18")
KEY = COMMAND.key


class Faulty:
    """A store that cannot be reached while ``down``."""

    def __init__(self, inner):
        self._inner, self.down = inner, False

    def __getattr__(self, name):
        if self.down:
            raise StoreUnusable("the database is locked: try again")
        return getattr(self._inner, name)


@pytest.fixture
def store():
    opened = open_for_commands("sqlite://")
    yield Faulty(opened)
    opened.close()


@pytest.fixture
def reporter(store):
    jobs.request(store, COMMAND, "page", AS_OF)
    held = jobs.claim(store, KEY, 1, AS_OF)
    made = JobReporter(store, FixedClock(AS_OF), held, STAGES)
    made.stops = 0

    def stop():
        made.stops += 1

    made.stop = stop
    return made


def cancel(store):
    jobs.cancel(store, CancelJob(key=KEY), "page", AS_OF)


def started(reporter, *stages):
    for stage in stages:
        reporter.stage(stage, StageState.STARTED)


def test_research_that_goes_on_at_its_vendor_is_left_in_the_middle(store, reporter):
    reporter.stage("market_snapshot", StageState.COMPLETED)
    started(reporter, "research_a", "research_b")
    reporter.look()
    assert reporter.stops == 0
    cancel(store)
    reporter.look()
    assert reporter.stops == 1


@pytest.mark.parametrize("stages", [("pitch",), ("market_snapshot", "research_a"), ("order_plan",)])
def test_any_other_stage_is_ended_first(store, reporter, stages):
    started(reporter, *stages)
    cancel(store)
    reporter.look()
    assert (reporter.stops, reporter.cancelled_by) == (0, "page")
    reporter.stage(stages[0], StageState.COMPLETED)
    assert reporter.stops == 1


def test_a_job_whose_last_stage_is_done_is_not_stopped_any_more(store, reporter):
    for stage in STAGES[:-1]:
        reporter.stage(stage, StageState.RESUMED)
    started(reporter, "execution")
    cancel(store)
    reporter.stage("execution", StageState.COMPLETED)
    assert reporter.stops == 0


def test_resumed_stages_are_counted_and_not_told(store, reporter):
    reporter.stage("market_snapshot", StageState.RESUMED)
    started(reporter, "pitch")
    progress = job_state(store, KEY).progress
    assert (progress.step, progress.done, progress.total) == ("pitch", 1, 9)
    assert store.head(jobs_stream()).version == 3


def test_a_stage_that_failed_is_told_and_not_counted(store, reporter):
    reporter.stage("market_snapshot", StageState.COMPLETED)
    started(reporter, "pitch")
    reporter.stage("pitch", StageState.FAILED)
    progress = job_state(store, KEY).progress
    assert (progress.step, progress.done, progress.told) == ("pitch", 1, "failed")


def test_a_stage_nobody_announced_is_counted_when_it_is_met(store, reporter):
    """The approval of the orders stands only in some weeks."""
    for stage in STAGES[:7]:
        reporter.stage(stage, StageState.RESUMED)
    for stage in ("approval", "order_plan"):
        started(reporter, stage)
        reporter.stage(stage, StageState.COMPLETED)
    progress = job_state(store, KEY).progress
    assert (progress.done, progress.total) == (9, 10)
    cancel(store)
    started(reporter, "execution")
    reporter.stage("execution", StageState.COMPLETED)
    assert reporter.stops == 0


def jobs_stream():
    return f"job/{KEY}"


def test_a_store_that_is_busy_when_looked_at_is_looked_at_again(store, reporter):
    store.down = True
    reporter.look()
    assert (reporter.stops, reporter.lost) == (0, None)
    store.down = False
    cancel(store)
    reporter.look()
    assert reporter.cancelled_by == "page"


def test_a_report_that_cannot_be_written_stops_the_job_and_raises_nothing_into_its_stage(
    store, reporter
):
    store.down = True
    started(reporter, "pitch")
    assert reporter.stops == 1
    assert isinstance(reporter.lost, StoreUnusable)


def test_a_job_another_leader_took_over_is_lost(store, reporter):
    jobs.claim(store, KEY, 2, AS_OF)
    reporter.look()
    assert isinstance(reporter.lost, ConcurrencyError)
    with pytest.raises(ConcurrencyError):
        reporter.tell("week", 1, 10)


def test_small_steps_are_told_in_few_words(store, reporter):
    for step in range(1_000):
        reporter.tell(f"week {step}", step + 1, 1_000)
    told = [row for row in store.read(jobs_stream()) if row.type == JobProgressed.__name__]
    assert len(told) == REPORTS + 1
    assert told[-1].payload["done"] == 1_000
    reporter.stopping = True
    with pytest.raises(JobCancelled):
        reporter.tell("week", 1, 10)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (MarketUnavailable("x"), True),
        (RateLimited("x"), True),
        (StoreUnusable("x"), True),
        (UnknownSymbol("x"), False),
        (BadInput("x"), False),
        (BudgetExceeded("x"), False),
    ],
)
def test_only_what_time_may_cure_is_tried_again(error, again):
    wait = again_after(JobKind.WEEKLY, error, 1)
    assert (wait is not None) == again


def test_every_kind_has_its_own_number_of_attempts_and_waits_longer_each_time():
    assert set(RETRIES) == set(JobKind)
    error = MarketUnavailable("x")
    retry = RETRIES[JobKind.WEEKLY]
    waits = [again_after(JobKind.WEEKLY, error, failures) for failures in range(1, 6)]
    assert waits == [*(timedelta(minutes=each) for each in (5, 10, 20, 40)), None]
    assert retry.attempts == 5
    assert again_after(JobKind.REPLAY, error, 1) is None
