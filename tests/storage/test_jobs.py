"""The faces' entrance and what they read back: commands in, rows out, on SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from config.settings import load_settings
from core.clock import FixedClock
from core.commands import cancel_job as cancel_of
from core.commands import run_job
from core.desk import jobs as use_cases
from core.desk.job_log import job_stream
from core.desk.job_state import JobStatus
from core.errors import BadInput
from core.events.jobs import JobOutcome
from storage.jobs import cancel_job, enqueue, open_for_commands
from storage.queries import StoreReader
from storage.queries.jobs import one_job, open_jobs, recent_jobs
from tests.fakes.week import AS_OF
from tests.fixture_files import ROOT
from tests.storage.conftest import SHARED

WEEKLY = run_job("weekly", week_id="2026-11-18", note="the first")
RERUN = run_job(
    "rerun", week_id="2026-11-18", stage="pitch", overrides={"pm.grok.model": "x-ai/grok-5"}
)
CLOCK = FixedClock(AS_OF)


@pytest.fixture
def store(store_url):
    opened = open_for_commands(store_url)
    yield opened
    opened.close()


@pytest.fixture
def reader(store):
    return StoreReader(store.engine)


def test_a_store_without_jobs_shows_none(tmp_path):
    nowhere = StoreReader.at(f"sqlite:///{tmp_path / 'no.db'}")
    assert (open_jobs(nowhere), recent_jobs(nowhere), one_job(nowhere, "x/y")) == ((), (), None)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_job_is_followed_from_the_button_to_its_result(store, reader):
    key = enqueue(store, WEEKLY, "page", CLOCK).key
    [line] = open_jobs(reader)
    assert (line.status, line.requested_by, line.attempt) == (JobStatus.REQUESTED, "page", 0)
    assert (line.kind, line.week_id, line.requested_at) == ("weekly", "2026-11-18", AS_OF)
    assert line.command["note"] == "the first"
    held = use_cases.claim(store, key, 3, AS_OF)
    assert one_job(reader, key).status is JobStatus.CLAIMED
    use_cases.report(store, held, "pitch", (3, 9), "started", AS_OF)
    line = one_job(reader, key)
    assert (line.status, line.step, line.told) == (JobStatus.RUNNING, "pitch", "started")
    assert line.share == pytest.approx(1 / 3)
    again = AS_OF + timedelta(minutes=5)
    use_cases.hand_back(store, held, "no answer", AS_OF, again_at=again, failed=True)
    line = one_job(reader, key)
    assert (line.status, line.detail, line.again_at) == (JobStatus.REQUESTED, "no answer", again)
    held = use_cases.claim(store, key, 4, again)
    assert one_job(reader, key).attempt == 2
    use_cases.finish(store, held, JobOutcome.DONE, "9 stages", again, result={"run_id": "r"})
    line = one_job(reader, key)
    assert (line.status, line.detail, line.result) == (JobStatus.DONE, "9 stages", {"run_id": "r"})
    assert (line.finished_at, line.again_at) == (again, None)
    assert open_jobs(reader) == ()


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_the_newest_request_is_shown_and_the_older_ones_are_kept(store, reader):
    for outcome in (JobOutcome.FAILED, JobOutcome.DONE):
        key = enqueue(store, RERUN, "page", CLOCK).key
        held = use_cases.claim(store, key, 1, AS_OF)
        use_cases.finish(store, held, outcome, outcome, AS_OF)
    enqueue(store, run_job("rebuild"), "cli", CLOCK)
    assert [(one.kind, one.request) for one in recent_jobs(reader)] == [
        ("rebuild", 1),
        ("rerun", 2),
        ("rerun", 1),
    ]
    assert one_job(reader, key).status is JobStatus.DONE
    assert one_job(reader, key, 1).status is JobStatus.FAILED
    assert len(recent_jobs(reader, limit=1)) == 1
    assert {one.kind for one in recent_jobs(reader, week_id="2026-11-18")} == {"rerun"}


def test_a_job_is_cancelled_by_its_key_and_a_wrong_key_is_one_line(store, reader):
    key = enqueue(store, WEEKLY, "page", CLOCK).key
    use_cases.claim(store, key, 1, AS_OF)
    cancel_job(store, cancel_of(key), "page", CLOCK)
    assert one_job(reader, key).status is JobStatus.CANCELLING
    orphan = use_cases.claim(store, key, 2, AS_OF)
    assert one_job(reader, key).status is JobStatus.CANCELLING
    use_cases.finish(store, orphan, JobOutcome.CANCELLED, "", AS_OF)
    assert one_job(reader, key).cancelled_by == "page"
    with pytest.raises(BadInput, match="there is no job weekly/2026-11-11"):
        cancel_job(store, cancel_of("weekly/2026-11-11"), "page", CLOCK)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_rebuild_gives_the_same_rows(store, reader):
    for command in (WEEKLY, RERUN):
        key = enqueue(store, command, "page", CLOCK).key
        held = use_cases.claim(store, key, 1, AS_OF)
        use_cases.report(store, held, "pitch", (3, 9), "started", AS_OF)
    cancel_job(store, cancel_of(RERUN.key), "page", CLOCK)
    before = recent_jobs(reader)
    store.rebuild()
    assert recent_jobs(reader) == before


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_many_faces_that_ask_at_once_make_one_request_and_many_leaders_one_claim(store_url, store):
    others = [open_for_commands(store_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        asked = list(threads.map(lambda one: enqueue(one, WEEKLY, "page", CLOCK), others * 3))
        claims = threads.map(
            lambda pair: use_cases.claim(pair[1], WEEKLY.key, pair[0], AS_OF),
            [(7, one) for one in others],
        )
        held = [one for one in claims if one is not None]
    assert {event.request for event in asked} == {1}
    kinds = [row.type for row in store.read(job_stream(WEEKLY.key))]
    assert kinds == ["JobRequested", "JobClaimed"]
    assert held
    assert all(one == held[0] for one in held)
    for one in others:
        one.close()


@pytest.mark.parametrize(
    ("kind", "fields", "line"),
    [
        ("rerun", {"overrides": {"pm.nobody.model": "x/y"}}, "pm.nobody.model names nothing"),
        ("rerun", {"overrides": {"pm.trend.exclude": "maybe"}}, "it is true or false"),
        ("rerun", {"overrides": {"prompt.pitch.text": "{{ secrets }}"}}, "asks for secrets"),
        ("rerun", {"overrides": {"risk.max_position_pct": "7"}}, "cannot be '7'"),
        ("checkpoint", {"session": "2026-11-18", "time": "12:30"}, "no checkpoint at 12:30: use"),
    ],
)
def test_what_cannot_run_under_the_policy_is_refused_and_nothing_is_written(
    store, kind, fields, line
):
    policy = load_settings(env={}, profile="rules").policy
    if kind == "rerun":
        fields = {"week_id": "2026-11-18", "stage": "pitch", **fields}
    with pytest.raises(BadInput, match=line):
        enqueue(store, run_job(kind, **fields), "page", CLOCK, policy)
    assert store.last_position() == 0
    good = {"week_id": "2026-11-18", "stage": "pitch", "overrides": {"pm.trend.exclude": "true"}}
    assert enqueue(store, run_job("rerun", **good), "page", CLOCK, policy).request == 1


def test_the_entrance_of_faces_leads_to_no_stage_and_no_vendor():
    """Pages may import it: what runs pipelines must not come with it."""
    code = "import storage.jobs, storage.queries.jobs, core.commands, sys; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    forbidden = ("core.pipeline", "core.stages", "providers", "config.wiring", "streamlit")
    assert [name for name in found.stdout.split() if name.startswith(forbidden)] == []
