"""Every kind of job, end to end on the rules desk: asked for, claimed, run, reported, ended."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from core.commands import CancelJob
from core.desk import job_runner, jobs
from core.desk.job_log import job_state
from core.desk.job_policy import MOST_CRASHES, RETRIES
from core.desk.job_state import JobStatus
from core.desk.job_tools import Done
from core.desk.runs import official_run
from core.desk.weekly import run_week
from core.errors import BadInput, ConcurrencyError, MarketUnavailable, StoreUnusable
from core.events.account import OrderIntended
from core.events.jobs import JobHandedBack, JobProgressed
from core.events.week import RunCompleted, StageCompleted, StageFailed
from core.job_kinds import STAGES, JobKind
from core.tracing import TRACE_ID, traced
from core.types import WeekId
from tests.fakes.desks import FlakyMarket, MoodyModel, on
from tests.fakes.job_desk import JobDesk, job_desk
from tests.fakes.manual_desks import WEEK as MANUAL_WEEK
from tests.fakes.manual_desks import asking, say

WEEK = WeekId("2024-01-10")
BEFORE = WeekId("2024-01-03")
WEEKLY = f"weekly/{WEEK}"


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> JobDesk:
    """A week lived, the next one run this morning: every kind has something to work on."""
    made = job_desk(tmp_path_factory.mktemp("runs"), at=on("2024-01-02", "06:00"))
    assert made.bench.simulate("2024-01-03", "2024-01-09").failed == 0
    made.bench.at(on("2024-01-10", "08:00"))
    assert made.run("weekly", week_id=WEEK).status is JobStatus.DONE
    made.bench.at(on("2024-01-10", "12:01"))
    return made


def ran(made: JobDesk, kind: str, **fields):
    state = made.run(kind, **fields)
    assert state.finished is not None
    return state, state.finished


def test_a_week_runs_as_the_command_line_runs_it(lived):
    line = lived.line(WEEKLY)
    assert (line.status, line.attempt, line.requested_by) == (JobStatus.DONE, 1, "test")
    run = official_run(lived.bench.store, WEEK)
    assert line.result["run_id"] == run.run_id
    assert line.result["ran"] == list(STAGES)
    assert (line.done, line.total, line.step) == (9, 9, "execution")
    twin = job_desk(lived.runs, at=on("2024-01-02", "06:00"))
    twin.bench.simulate("2024-01-03", "2024-01-09")
    twin.bench.at(on("2024-01-10", "08:00"))
    asyncio.run(run_week(twin.bench.desk, WEEK))
    heads = lived.bench.heads()
    assert {name: head for name, head in twin.bench.heads().items() if "/" in name} == {
        name: head for name, head in heads.items() if not name.startswith("job/")
    }


def test_a_stage_runs_the_week_up_to_it_and_the_week_goes_on_from_there(tmp_path):
    made = job_desk(tmp_path)
    state, ended = ran(made, "stage", week_id=WEEK, stage="pitch")
    assert ended.result["ran"] == list(STAGES[:4])
    assert ended.result["completed"] is False
    assert (state.progress.done, state.progress.total) == (4, 4)
    _, ended = ran(made, "weekly", week_id=WEEK)
    assert ended.result["resumed"] == list(STAGES[:4])
    assert len(made.bench.events(RunCompleted)) == 1


def test_a_week_that_is_over_is_lived_as_of_its_own_wednesday(tmp_path):
    made = job_desk(tmp_path, at=on("2024-01-12", "10:00"))
    ran(made, "weekly", week_id=BEFORE)
    run = official_run(made.bench.store, BEFORE)
    assert run.as_of == on("2024-01-03", "08:00")
    assert made.now == on("2024-01-12", "10:00")


def test_a_rerun_is_a_what_if_of_its_own(lived):
    overrides = {"pm.trend.exclude": "true"}
    state, ended = ran(lived, "rerun", week_id=WEEK, stage="peer_review", overrides=overrides)
    assert ended.result["ran"] == ["peer_review", "chairman", "risk", "order_plan"]
    assert ended.result["run_id"] != official_run(lived.bench.store, WEEK).run_id
    assert state.progress.total == len(STAGES) - 1
    again, ended = ran(lived, "rerun", week_id=WEEK, stage="peer_review", overrides=overrides)
    assert (again.request, ended.result["ran"]) == (2, [])


def test_a_checkpoint_decides_for_the_accounts_as_its_slot_would(lived):
    _, ended = ran(lived, "checkpoint", session="2024-01-10", time="12:00")
    assert ended.outcome == "done", ended.detail
    assert ended.result == {"slot": "checkpoint/2024-01-10/12:00"}


def test_a_postmortem_is_written_once_its_hour_has_come(lived):
    _, ended = ran(lived, "postmortem", week_id=BEFORE)
    assert ended.outcome == "done"
    _, ended = ran(lived, "postmortem", week_id=WEEK)
    assert ended.outcome == "failed"
    assert "is due 2024-01-17 07:30 New York" in ended.detail


def test_a_replay_says_whether_every_event_is_the_same(lived):
    _, ended = ran(lived, "replay", week_id=BEFORE)
    assert ended.outcome == "done", ended.detail
    assert ended.result["identical"] is True


def test_a_simulation_lives_in_a_store_of_its_own(lived):
    before = official_run(lived.bench.store, WEEK)
    fields = {"start": "2024-01-03", "end": "2024-01-09", "seed": 3}
    state, ended = ran(lived, "simulate", **fields)
    assert ended.outcome == "done", ended.detail
    assert ended.result["weeks"] == 1
    assert state.progress.total == ended.result["slots"]
    assert official_run(lived.bench.store, WEEK) == before
    _, ended = ran(lived, "simulate", start="2024-01-03", end="2030-01-09", seed=3)
    assert "2030-01-09 is in the future" in ended.detail


def test_read_models_are_rebuilt(lived):
    _, ended = ran(lived, "rebuild")
    assert ended.outcome == "done", ended.detail
    assert ended.result["events"] > 100
    assert lived.line("rebuild/all").status is JobStatus.DONE


def test_a_week_is_exported_to_files(lived):
    _, ended = ran(lived, "export", week_id=BEFORE)
    assert ended.outcome == "done", ended.detail
    assert (lived.runs / "simulation" / f"week_{BEFORE}" / "events.sqlite").exists()


@pytest.mark.parametrize(
    ("kind", "fields", "line"),
    [
        ("rerun", {"week_id": "2023-05-03", "stage": "pitch"}, "week 2023-05-03 has no run"),
        ("weekly", {"week_id": "2024-01-17"}, "week 2024-01-17 is in the future"),
        ("checkpoint", {"session": "2024-01-10", "time": "12:30"}, "no checkpoint at 12:30: use"),
        ("checkpoint", {"session": "2024-01-10", "time": "15:50"}, "has not come yet"),
        ("checkpoint", {"session": "2024-01-06", "time": "12:00"}, "is no trading day"),
        ("replay", {"week_id": "2023-05-03"}, "week 2023-05-03 has no run"),
        ("export", {"week_id": "2023-05-03"}, "week 2023-05-03 has no run"),
        ("postmortem", {"week_id": "2023-05-03"}, "week 2023-05-03 has no run"),
    ],
)
def test_what_cannot_be_done_ends_as_failed_with_its_one_line(lived, kind, fields, line):
    _, ended = ran(lived, kind, **fields)
    assert ended.outcome == "failed"
    assert line in ended.detail


class Cancelling(MoodyModel):
    """Somebody presses cancel while the managers are pitching."""

    def __init__(self, made: dict[str, JobDesk]) -> None:
        super().__init__()
        self._made = made

    async def complete(self, request):
        if request.call == "pitch/acct_2":
            made = self._made["desk"]
            jobs.cancel(made.bench.store, CancelJob(key=WEEKLY), "page", made.now)
        return await super().complete(request)


def test_a_cancelled_week_stops_at_the_next_boundary_and_can_be_taken_up_again(tmp_path):
    known: dict[str, JobDesk] = {}
    made = known["desk"] = job_desk(tmp_path, model=Cancelling(known))
    state, ended = ran(made, "weekly", week_id=WEEK)
    assert (ended.outcome, ended.detail) == ("cancelled", "cancelled by page")
    done = [event.stage for event in made.bench.events(StageCompleted)]
    assert done == list(STAGES[:4])
    assert made.bench.events(OrderIntended, StageFailed) == []
    state, ended = ran(made, "weekly", week_id=WEEK)
    assert (state.request, ended.outcome) == (2, "done")
    assert ended.result["resumed"] == done


def test_a_job_cancelled_before_its_orphan_is_taken_up_does_nothing(tmp_path):
    made = job_desk(tmp_path)
    made.claim(made.ask("weekly", week_id=WEEK))
    jobs.cancel(made.bench.store, CancelJob(key=WEEKLY), "page", made.now)
    made.token = 2
    state = made.run_claimed(made.claim(WEEKLY))
    assert state.status is JobStatus.CANCELLED
    assert official_run(made.bench.store, WEEK) is None


def test_work_in_a_thread_is_cancelled_at_its_next_step(tmp_path):
    made = job_desk(tmp_path)
    key = made.ask("rebuild")
    held, began = made.claim(key), threading.Event()

    class Slow:
        def rebuild(self, command, tell):
            began.set()
            for step in range(10_000):
                tell("slow", step, 10_000)
                threading.Event().wait(0.002)
            return Done("never")

    async def go():
        work = asyncio.create_task(job_runner.run_job(made.bench.desk, held, Slow(), poll_s=0.01))
        await asyncio.to_thread(began.wait)
        jobs.cancel(made.bench.store, CancelJob(key=key), "page", made.now)
        return await work

    assert asyncio.run(go()).status is JobStatus.CANCELLED


def flaky(tmp_path, error) -> tuple[JobDesk, FlakyMarket]:
    plain = job_desk(tmp_path)
    market = FlakyMarket(plain.bench.desk.market, error=error)
    made = job_desk(tmp_path, market=market)
    return made, market


def test_a_failure_that_time_may_cure_is_tried_again_later_and_goes_on(tmp_path):
    made, market = flaky(tmp_path, MarketUnavailable("no answer from the market: ask again"))
    state = made.run("weekly", week_id=WEEK)
    assert (state.status, state.failures) == (JobStatus.REQUESTED, 1)
    line = made.line(WEEKLY)
    assert "no answer from the market: ask again" in line.detail
    wait = RETRIES[JobKind.WEEKLY].backoff
    assert line.again_at == made.now + wait
    assert jobs.claim(made.bench.store, WEEKLY, 1, made.now) is None
    market.down = False
    made.bench.at(made.now + wait)
    state = made.run_claimed(made.claim(WEEKLY))
    assert (state.status, state.attempt) == (JobStatus.DONE, 2)
    assert made.line(WEEKLY).again_at is None


def test_after_its_last_attempt_a_job_has_failed(tmp_path):
    made, _ = flaky(tmp_path, MarketUnavailable("no answer from the market: ask again"))
    key = made.ask("weekly", week_id=WEEK)
    waits = []
    for _ in range(RETRIES[JobKind.WEEKLY].attempts):
        state = made.run_claimed(made.claim(key))
        if state.handed_back is not None:
            waits.append(state.handed_back.again_at - made.now)
            made.bench.at(state.handed_back.again_at)
    assert state.status is JobStatus.FAILED
    minutes = [5, 10, 20, 40]
    assert waits == [timedelta(minutes=each) for each in minutes]
    assert made.ask("weekly", week_id=WEEK) == key
    assert job_state(made.bench.store, key).request == 2


def test_a_defect_of_the_program_is_a_failure_with_its_type_and_stops_nothing_else(tmp_path):
    made, _ = flaky(tmp_path, ZeroDivisionError("nobody thought of it"))
    _, ended = ran(made, "weekly", week_id=WEEK)
    assert ended.outcome == "failed"
    assert ended.detail == "ZeroDivisionError: nobody thought of it"


class Panic(BaseException):
    """As extension modules written in Rust raise it."""


@pytest.mark.parametrize("error", [SystemExit(3), Panic("index out of bounds")])
def test_what_would_end_the_process_ends_the_job_alone(tmp_path, error):
    made = job_desk(tmp_path)

    def replay(*_):
        raise error

    tools = SimpleNamespace(replay=replay)
    made.run("weekly", week_id=WEEK)
    held = made.claim(made.ask("replay", week_id=WEEK))
    state = asyncio.run(job_runner.run_job(made.bench.desk, held, tools, poll_s=0.01))
    assert state.status is JobStatus.FAILED


def test_a_week_another_process_works_on_is_asked_for_again_without_using_up_an_attempt(tmp_path):
    made = job_desk(tmp_path)
    with made.bench.desk.lock.hold(f"week/{WEEK}"):
        state = made.run("weekly", week_id=WEEK)
    assert (state.status, state.failures) == (JobStatus.REQUESTED, 0)
    assert "is being worked on by" in state.handed_back.reason
    made.bench.at(state.handed_back.again_at)
    assert made.run_claimed(made.claim(WEEKLY)).status is JobStatus.DONE


class Waiting(MoodyModel):
    """Never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def complete(self, request):
        self.asked.set()
        await asyncio.Event().wait()


def test_a_job_whose_process_is_told_to_stop_is_handed_back_and_resumed(tmp_path):
    waiting = Waiting()
    made = job_desk(tmp_path, model=waiting)
    held = made.claim(made.ask("weekly", week_id=WEEK))

    async def go():
        work = asyncio.create_task(
            job_runner.run_job(made.bench.desk, held, made.tools, poll_s=0.01)
        )
        await waiting.asked.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(go())
    [back] = made.bench.events(JobHandedBack)
    assert (back.reason, back.failed, back.again_at) == (
        "the scheduler was stopped",
        False,
        made.now,
    )
    assert made.bench.events(StageFailed) == []
    other = JobDesk(made.bench.under({}), tmp_path, token=2)
    held = other.claim(WEEKLY)
    assert (held.attempt, held.crashes) == (2, 0)
    state = other.run_claimed(held)
    assert state.finished.result["resumed"] == list(STAGES[:3])


def test_a_leader_that_lost_its_job_stops_and_leaves_no_trace_on_it(tmp_path):
    waiting = Waiting()
    made = job_desk(tmp_path, model=waiting)
    held = made.claim(made.ask("weekly", week_id=WEEK))

    async def go():
        work = asyncio.create_task(
            job_runner.run_job(made.bench.desk, held, made.tools, poll_s=0.01)
        )
        await waiting.asked.wait()
        other = jobs.claim(made.bench.store, WEEKLY, 2, made.now)
        with pytest.raises(ConcurrencyError, match=r"not ours any more|another leader"):
            await work
        return other

    other = asyncio.run(go())
    state = job_state(made.bench.store, WEEKLY)
    assert state.claimed() == other
    assert made.bench.events(StageFailed, JobHandedBack) == []


class Locked:
    """A store whose first report of a job fails; everything else works."""

    def __init__(self, inner):
        self._inner, self._failed = inner, False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def commit(self, appends):
        kinds = {type(new.event) for append in appends for new in append.events}
        if JobProgressed in kinds and not self._failed:
            self._failed = True
            raise StoreUnusable("the database is locked: try again")
        return self._inner.commit(appends)


def test_a_report_the_store_refuses_is_no_cancellation_and_the_job_goes_on_later(tmp_path):
    made = job_desk(tmp_path)
    locked = Locked(made.bench.store)
    held = made.claim(made.ask("weekly", week_id=WEEK))
    desk = replace(made.bench.desk, store=locked)
    state = asyncio.run(job_runner.run_job(desk, held, made.tools, poll_s=0.01))
    assert (state.status, state.failures) == (JobStatus.REQUESTED, 1)
    assert state.handed_back.reason == "the database is locked: try again"
    made.bench.at(state.handed_back.again_at)
    assert made.run_claimed(made.claim(WEEKLY)).status is JobStatus.DONE


def test_what_kills_every_process_that_touches_it_is_given_up(tmp_path):
    made = job_desk(tmp_path)
    key = made.ask("weekly", week_id=WEEK)
    for token in range(1, MOST_CRASHES + 2):
        made.token = token
        held = made.claim(key)
    assert held.crashes == MOST_CRASHES
    state = made.run_claimed(held)
    assert state.status is JobStatus.FAILED
    assert "its process died each time" in state.finished.detail
    assert official_run(made.bench.store, WEEK) is None


def test_reports_are_stage_changes_and_no_more(lived):
    told = [event for event in lived.bench.events(JobProgressed) if event.key == WEEKLY]
    assert [one.step for one in told if one.told == "completed"] == list(STAGES)
    assert len(told) == 2 * len(STAGES)
    simulated = [e for e in lived.bench.events(JobProgressed) if e.key.startswith("simulate/")]
    assert 0 < len(simulated) <= 25


def test_one_trace_leads_from_the_button_to_the_orders(tmp_path):
    made = job_desk(tmp_path)
    with traced("abc123"):
        made.ask("weekly", week_id=WEEK)
    made.run_claimed(made.claim(WEEKLY))
    rows = [row for row in made.bench.store.read_all() if row.type == "OrderIntended"]
    assert rows
    assert {row.telemetry.get(TRACE_ID) for row in rows} == {"abc123"}


def test_a_job_that_ran_is_ended_by_its_own_settings_of_the_week(tmp_path):
    """Settings changed in the middle of a week: the job fails in one line, the week is untouched."""
    made = job_desk(tmp_path)
    made.run("stage", week_id=WEEK, stage="pitch")
    changed = JobDesk(made.bench.under({"stages.pitch.temperature": "0.9"}), tmp_path)
    _, ended = ran(changed, "weekly", week_id=WEEK)
    assert ended.outcome == "failed"
    assert "pitch was completed under other settings" in ended.detail


def test_a_week_at_the_approval_gate_is_done_so_far_and_its_rest_can_be_asked_for(tmp_path):
    made = JobDesk(asking(), tmp_path)
    week = {"week_id": MANUAL_WEEK}
    _, ended = ran(made, "weekly", **week)
    assert ended.outcome == "done"
    assert "it waits for approval until 11:00 New York" in ended.detail
    assert ended.result["completed"] is False
    say(made.bench)
    state, ended = ran(made, "weekly", **week)
    assert (state.request, ended.result["completed"]) == (2, True)
    assert ended.result["ran"] == ["approval", "order_plan", "execution"]
    assert (state.progress.done, state.progress.total) == (10, 10)
    with pytest.raises(BadInput, match="is done already"):
        made.ask("weekly", **week)
