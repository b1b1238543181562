"""One job in the log: asked for, claimed, reported, cancelled, handed back and ended, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.commands import CancelJob, run_job
from core.desk import jobs
from core.desk.job_board import JobBoard, open_jobs
from core.desk.job_log import job_state, job_stream
from core.desk.job_state import JobStatus
from core.desk.writing import append_one, new_event
from core.errors import BadInput, ConcurrencyError, StoreError
from core.events.jobs import JobCancelRequested, JobFinished, JobOutcome
from storage.jobs import open_for_commands
from tests.fakes.week import AS_OF

WEEKLY = run_job("weekly", week_id="2026-11-18")
REPLAY = run_job("replay", week_id="2026-11-18")
KEY = WEEKLY.key
CANCEL = CancelJob(key=KEY)


@pytest.fixture
def store():
    opened = open_for_commands("sqlite://")
    yield opened
    opened.close()


def ask(store, command=WEEKLY, by="page", at=AS_OF):
    return jobs.request(store, command, by, at)


def done(store, command=WEEKLY, outcome=JobOutcome.DONE):
    ask(store, command)
    held = jobs.claim(store, command.key, 1, AS_OF)
    return jobs.finish(store, held, outcome, "words", AS_OF)


def test_asking_twice_while_it_is_open_gives_the_open_request(store):
    first = ask(store)
    assert ask(store, by="cli", at=AS_OF + timedelta(seconds=9)) == first
    jobs.claim(store, KEY, 1, AS_OF)
    assert ask(store, by="cli") == first
    assert store.head(job_stream(KEY)).version == 2


def test_what_is_done_once_says_so_and_is_not_asked_for_again(store):
    done(store)
    with pytest.raises(BadInput, match="job weekly/2026-11-18 is done already: rerun the week"):
        ask(store)


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        (REPLAY, JobOutcome.DONE),
        (WEEKLY, JobOutcome.FAILED),
        (WEEKLY, JobOutcome.CANCELLED),
        (WEEKLY, JobOutcome.MISSED),
    ],
)
def test_what_may_be_done_again_opens_the_next_request(store, command, outcome):
    done(store, command, outcome)
    assert ask(store, command).request == 2
    assert job_state(store, command.key).status is JobStatus.REQUESTED


def test_a_claim_under_an_older_token_is_an_orphan_and_under_a_newer_one_is_not_ours(store):
    ask(store)
    first = jobs.claim(store, KEY, 5, AS_OF)
    assert jobs.claim(store, KEY, 5, AS_OF) == first
    assert jobs.claim(store, KEY, 4, AS_OF) is None
    second = jobs.claim(store, KEY, 6, AS_OF)
    assert (second.attempt, second.crashes) == (2, 1)
    for act in (
        lambda: jobs.report(store, first, "pitch", (1, 9), "started", AS_OF),
        lambda: jobs.finish(store, first, JobOutcome.DONE, "", AS_OF),
        lambda: jobs.hand_back(store, first, "", AS_OF, again_at=AS_OF),
    ):
        with pytest.raises(ConcurrencyError, match="is not ours any more"):
            act()
    assert job_state(store, KEY).claimed() == second


def test_nobody_claims_what_nobody_asked_for_or_what_has_ended(store):
    assert jobs.claim(store, KEY, 1, AS_OF) is None
    done(store)
    assert jobs.claim(store, KEY, 2, AS_OF) is None


def test_a_job_ends_once_and_saying_so_again_changes_nothing(store):
    ask(store)
    held = jobs.claim(store, KEY, 1, AS_OF)
    result = {"run_id": "r"}
    first = jobs.finish(store, held, JobOutcome.DONE, "words", AS_OF, result=result)
    later = AS_OF + timedelta(minutes=1)
    assert jobs.finish(store, held, JobOutcome.DONE, "words", later, result=result) == first
    with pytest.raises(ConcurrencyError):
        jobs.finish(store, held, JobOutcome.FAILED, "words", later)
    assert [row.type for row in store.read(job_stream(KEY))][2:] == ["JobFinished"]


def test_a_job_nobody_has_begun_is_cancelled_at_once(store):
    ask(store)
    state = jobs.cancel(store, CANCEL, "page", AS_OF)
    assert state.status is JobStatus.CANCELLED
    assert state.finished.detail == "cancelled by page"
    assert jobs.claim(store, KEY, 1, AS_OF) is None


def test_a_job_under_way_is_asked_to_stop_once(store):
    ask(store)
    held = jobs.claim(store, KEY, 1, AS_OF)
    assert jobs.cancel(store, CANCEL, "page", AS_OF).status is JobStatus.CANCELLING
    assert jobs.cancel(store, CANCEL, "cli", AS_OF).cancel_by == "page"
    assert jobs.report(store, held, "pitch", (4, 9), "completed", AS_OF).cancel_by == "page"
    jobs.finish(store, held, JobOutcome.CANCELLED, "stopped", AS_OF)
    with pytest.raises(BadInput, match="is cancelled already: nothing to cancel"):
        jobs.cancel(store, CANCEL, "page", AS_OF)


def test_a_job_that_does_not_exist_cannot_be_cancelled(store):
    with pytest.raises(BadInput, match="there is no job weekly/2026-11-18"):
        jobs.cancel(store, CANCEL, "page", AS_OF)


def test_a_job_handed_back_waits_for_its_time_and_counts_its_failures(store):
    ask(store)
    again = AS_OF + timedelta(minutes=5)
    held = jobs.claim(store, KEY, 1, AS_OF)
    state = jobs.hand_back(store, held, "no answer", AS_OF, again_at=again, failed=True)
    assert (state.status, state.failures) == (JobStatus.REQUESTED, 1)
    assert jobs.claim(store, KEY, 1, again - timedelta(seconds=1)) is None
    held = jobs.claim(store, KEY, 1, again)
    assert (held.attempt, held.failures, held.crashes) == (2, 1, 0)
    jobs.hand_back(store, held, "stopped", again, again_at=again)
    assert jobs.cancel(store, CANCEL, "page", again).status is JobStatus.CANCELLED


class Interrupted:
    """A store in which somebody else writes one event just before the next commit."""

    def __init__(self, inner, act):
        self._inner, self._act = inner, act

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def commit(self, appends):
        act, self._act = self._act, None
        if act is not None:
            act()
        return self._inner.commit(appends)


def test_of_two_leaders_at_once_one_gets_the_job(store):
    ask(store)
    other = Interrupted(store, lambda: jobs.claim(store, KEY, 8, AS_OF))
    assert jobs.claim(other, KEY, 7, AS_OF) is None
    assert job_state(store, KEY).claim.token == 8


def test_of_two_faces_that_ask_at_once_both_get_the_same_request(store):
    other = Interrupted(store, lambda: ask(store, by="cli"))
    assert ask(other).requested_by == "cli"
    assert store.head(job_stream(KEY)).version == 1


def test_a_report_and_a_cancellation_that_cross_are_both_kept(store):
    ask(store)
    held = jobs.claim(store, KEY, 1, AS_OF)
    other = Interrupted(store, lambda: jobs.cancel(store, CANCEL, "page", AS_OF))
    state = jobs.report(other, held, "pitch", (1, 9), "started", AS_OF)
    assert (state.cancel_by, state.progress.step) == ("page", "pitch")


def test_a_cancellation_that_crosses_a_claim_reaches_the_one_who_claimed(store):
    ask(store)
    other = Interrupted(store, lambda: jobs.claim(store, KEY, 1, AS_OF))
    assert jobs.cancel(other, CANCEL, "page", AS_OF).status is JobStatus.CANCELLING
    kinds = [row.type for row in store.read(job_stream(KEY))]
    assert kinds == ["JobRequested", "JobClaimed", JobCancelRequested.__name__]


def test_the_board_shows_open_jobs_as_they_were_asked_for_and_reads_each_event_once(store):
    board = JobBoard(store)
    assert board.open() == []
    ask(store)
    ask(store, REPLAY, at=AS_OF + timedelta(seconds=1))
    assert [state.key for state in board.open()] == [KEY, REPLAY.key]
    jobs.claim(store, KEY, 1, AS_OF)
    assert board.open()[0].status is JobStatus.CLAIMED
    held = jobs.claim(store, KEY, 1, AS_OF)
    jobs.finish(store, held, JobOutcome.DONE, "", AS_OF)
    assert [state.key for state in board.open()] == [REPLAY.key]
    assert board.open() == open_jobs(store)


def test_one_job_a_week_is_startable_and_those_of_other_weeks_beside_it(store):
    board, other = JobBoard(store), run_job("weekly", week_id="2026-11-11")
    rebuild = run_job("rebuild")
    for number, command in enumerate((WEEKLY, REPLAY, other, rebuild)):
        ask(store, command, at=AS_OF + timedelta(seconds=number))
    keys = [state.key for state in board.startable(1, AS_OF)]
    assert keys == [KEY, other.key, rebuild.key]
    jobs.claim(store, KEY, 1, AS_OF)
    keys = [state.key for state in board.startable(1, AS_OF, running={KEY})]
    assert keys == [other.key, rebuild.key]


def test_a_job_that_waits_for_its_time_keeps_its_week_from_nobody(store):
    ask(store)
    ask(store, REPLAY, at=AS_OF + timedelta(seconds=1))
    held = jobs.claim(store, KEY, 1, AS_OF)
    again = AS_OF + timedelta(minutes=5)
    jobs.hand_back(store, held, "no answer", AS_OF, again_at=again, failed=True)
    board = JobBoard(store)
    assert [state.key for state in board.startable(1, AS_OF)] == [REPLAY.key]
    assert [state.key for state in board.startable(1, again)] == [KEY]


def test_a_stream_that_does_not_begin_with_a_request_is_named(store):
    event = JobFinished(key=KEY, request=1, outcome=JobOutcome.DONE, detail="")
    append_one(store, job_stream(KEY), new_event(job_stream(KEY), event, [0], AS_OF))
    with pytest.raises(StoreError, match="begins with JobFinished instead of JobRequested"):
        job_state(store, KEY)
