"""Leaders that race, crash and come back, faces that ask and cancel: every request ends at most once."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.commands import CancelJob, run_job
from core.desk import jobs
from core.desk.job_board import JobBoard, open_jobs
from core.desk.job_log import job_state, job_stream
from core.desk.job_state import JobStatus
from core.errors import BadInput, ConcurrencyError
from core.events.jobs import JobClaimed, JobFinished, JobOutcome, JobRequested
from storage.jobs import open_for_commands
from storage.queries import StoreReader
from storage.queries.jobs import one_job
from tests.fakes.week import AS_OF

COMMANDS = [run_job("weekly", week_id="2026-11-18"), run_job("rebuild")]
KEYS = [command.key for command in COMMANDS]
commands = st.sampled_from(COMMANDS)
outcomes = st.sampled_from([JobOutcome.DONE, JobOutcome.FAILED, JobOutcome.CANCELLED])


class Jobs(RuleBasedStateMachine):
    """``held`` is what each process believes to hold; a frozen one goes on believing it."""

    def __init__(self):
        super().__init__()
        self.store = open_for_commands("sqlite://")
        self.board = JobBoard(self.store)
        self.token = 3
        self.now = AS_OF
        self.held = []

    def teardown(self):
        self.store.close()

    @initialize()
    def begin(self):
        for command in COMMANDS:
            self.ask(command)

    @rule(command=commands)
    def ask(self, command):
        before = job_state(self.store, command.key)
        with suppress(BadInput):
            asked = jobs.request(self.store, command, "page", self.now)
            if before is not None and before.is_open:
                assert asked == before.requested

    @rule(command=commands)
    def cancel(self, command):
        with suppress(BadInput):
            jobs.cancel(self.store, CancelJob(key=command.key), "page", self.now)

    @rule(command=commands, older=st.integers(0, 2))
    def claim(self, command, older):
        """The leader, or one that is not the leader any more and does not know it."""
        token = max(1, self.token - older)
        held = jobs.claim(self.store, command.key, token, self.now)
        if held is not None:
            self.held.append(held)

    @rule()
    def crash(self):
        """The leader's process dies with all it holds; the next one has a higher token."""
        self.held = [one for one in self.held if one.token != self.token]
        self.token += 1

    @rule()
    def freeze(self):
        """The leader sleeps through its lease, and wakes up with what it held."""
        self.token += 1

    @rule(minutes=st.integers(1, 10))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def report(self, data):
        held = data.draw(st.sampled_from(self.held))
        self.as_holder(held, jobs.report, "pitch", (1, 9), "started", self.now)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), failed=st.booleans(), minutes=st.integers(0, 5))
    def hand_back(self, data, failed, minutes):
        held = data.draw(st.sampled_from(self.held))
        again = self.now + timedelta(minutes=minutes)
        self.as_holder(held, jobs.hand_back, "why", self.now, again_at=again, failed=failed)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), outcome=outcomes)
    def finish(self, data, outcome):
        held = data.draw(st.sampled_from(self.held))
        self.as_holder(held, jobs.finish, outcome, "words", self.now)

    def as_holder(self, held, act, *words, **more):
        """Whoever does not hold the job any more changes nothing."""
        before = job_state(self.store, held.key)
        stands = before.is_held_by(held)
        try:
            act(self.store, held, *words, **more)
        except ConcurrencyError:
            assert not stands
        else:
            assert stands or job_state(self.store, held.key) == before

    def events(self, key):
        return [self.store.decode(row) for row in self.store.read(job_stream(key))]

    @invariant()
    def every_request_ends_at_most_once_and_none_is_opened_over_another(self):
        for key in KEYS:
            ends = Counter(e.request for e in self.events(key) if isinstance(e, JobFinished))
            asked = [e.request for e in self.events(key) if isinstance(e, JobRequested)]
            assert set(ends.values()) <= {1}
            assert asked == list(range(1, len(asked) + 1))
            assert all(number in ends for number in asked[:-1])

    @invariant()
    def no_token_claims_a_job_twice_at_once_and_tokens_only_rise(self):
        for key in KEYS:
            live = None
            for event in self.events(key):
                if isinstance(event, JobClaimed):
                    assert live is None or event.token > live
                    live = event.token
                elif not type(event).__name__.startswith(("JobProgressed", "JobCancel")):
                    live = None

    @invariant()
    def whatever_is_open_can_be_claimed_by_the_next_leader(self):
        later = self.now + timedelta(minutes=30)
        for state in open_jobs(self.store):
            assert state.may_be_claimed(self.token + 1, later)

    @invariant()
    def the_board_the_log_and_the_read_model_say_the_same(self):
        assert self.board.open() == open_jobs(self.store)
        reader = StoreReader(self.store.engine)
        for key in KEYS:
            state, line = job_state(self.store, key), one_job(reader, key)
            assert (state is None) == (line is None)
            if state is not None:
                assert (line.request, line.status) == (state.request, state.status)
                assert line.attempt == state.attempt
                assert line.is_open == (state.status in set(JobStatus) - set(map(str, JobOutcome)))


TestJobs = Jobs.TestCase
TestJobs.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


def test_the_machine_reaches_an_orphan_that_is_taken_up_and_ended():
    """What the machine above must be able to do, done once by hand."""
    machine = Jobs()
    machine.ask(COMMANDS[0])
    machine.claim(COMMANDS[0], 0)
    machine.crash()
    machine.claim(COMMANDS[0], 0)
    assert machine.held[0].attempt == 2
    jobs.finish(machine.store, machine.held[0], JobOutcome.DONE, "words", machine.now)
    assert job_state(machine.store, KEYS[0]).status is JobStatus.DONE
    machine.teardown()
