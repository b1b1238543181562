"""Runs: any two beside each other, every part in the address, a rerun asked for, stopped and opened."""

from __future__ import annotations

import re
import shutil

import pytest

from core.clock import SystemClock
from core.commands import run_job
from core.desk import jobs
from core.events.jobs import JobOutcome
from pages.http.store import STORE_VARIABLE
from storage.jobs import enqueue, open_for_commands
from storage.queries import StoreReader
from storage.queries.runs import week_runs
from tests.fakes.reruns import LEFT_OUT, WEEK, two_what_ifs
from tests.fakes.stored_weeks import open_desk, write_week
from tests.pages.conftest import HOSTILE, said

NOW = SystemClock().now()


@pytest.fixture(scope="session")
def rerun_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("reruns") / "desk.db"
    made, *_ = two_what_ifs(f"sqlite:///{file}")
    made.store.close()
    return file


@pytest.fixture
def desk(rerun_file, tmp_path, monkeypatch):
    """A copy of the store with two what-ifs, open for commands."""
    shutil.copy(rerun_file, tmp_path / "desk.db")
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv(STORE_VARIABLE, url)
    store = open_for_commands(url)
    yield store
    store.close()


@pytest.fixture
def runs(desk):
    return week_runs(StoreReader(desk.engine), WEEK)


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    return button.click().run()


def table(app, column):
    return next(one.value for one in app.dataframe if column in one.value.columns)


def test_an_empty_store_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    assert "cli.py demo" in show("runs").info[0].value


def test_the_official_run_stands_beside_the_newest_what_if(show, runs):
    app = show("runs", week=WEEK)
    words = said(app).replace("\\", "")
    assert "The official run and 2 what-ifs" in words
    assert "**Official run**" in words
    assert "**What-if 2 from peer review**" in words
    differ = table(app, "field")
    assert "profile.seats.trend.model" in list(differ["field"])
    targets = table(app, "left target").set_index("account")
    assert targets.loc["rules/trend", "right target"] == "left out"
    assert targets.loc["FLAT", "left P/L, $"] == 0


def test_the_address_names_runs_stage_call_and_part(show, runs):
    official, one, _ = runs
    address = {"a": one.run_id, "b": official.run_id, "stage": "pitch", "call": "pitch/acct_1"}
    app = show("runs", week=WEEK, part="answer", **address)
    words = said(app)
    assert ":orange-background[~~" in words
    assert ":blue-background[**" in words
    app = show("runs", week=WEEK, part="parsed", **address)
    fields = [list(one.value["field"]) for one in app.dataframe if "field" in one.value.columns]
    assert "model" in fields[-1]


def test_choosing_a_run_follows_into_the_address(show, runs):
    app = show("runs", week=WEEK)
    [right] = [box for box in app.selectbox if box.label == "Right"]
    app = right.select(runs[1].run_id).run()
    assert app.query_params["b"] == runs[1].run_id
    assert "What\\-if 1 from pitch" in said(app)


def test_a_rerun_is_asked_for_with_its_stage_and_can_be_stopped(show, desk):
    app = press(show("runs", week=WEEK), "Run it again")
    [asked] = [desk.decode(row).command for row in desk.read_all(types=["JobRequested"])]
    assert (asked.kind, asked.week_id, asked.stage) == ("rerun", WEEK, "pitch")
    app.run()
    assert "nobody leads" in said(app)
    app = press(app, "Cancel")
    [ended] = [desk.decode(row) for row in desk.read_all(types=["JobFinished"])]
    assert ended.outcome == "cancelled"


def test_a_finished_rerun_of_this_session_is_opened_beside_the_official_run(show, desk, runs):
    app = press(show("runs", week=WEEK), "Run it again")
    [row] = desk.read_all(types=["JobRequested"])
    held = jobs.claim(desk, row.payload["key"], 1, NOW)
    jobs.finish(desk, held, JobOutcome.DONE, "run", NOW, result={"run_id": runs[1].run_id})
    app.run()
    assert (app.query_params["a"], app.query_params["b"]) == (runs[0].run_id, runs[1].run_id)
    assert "What\\-if 1 from pitch" in said(app)


def test_a_rerun_somebody_else_asked_for_fails_in_one_line(show, desk):
    command = run_job("rerun", week_id=WEEK, stage="risk", overrides=LEFT_OUT)
    key = enqueue(desk, command, "cli", SystemClock()).key
    held = jobs.claim(desk, key, 1, NOW)
    jobs.finish(desk, held, JobOutcome.FAILED, f"stale {HOSTILE}", NOW)
    words = said(show("runs", week=WEEK))
    assert ":orange-badge[failed] from risk" in words
    assert "![" not in re.sub(r"\\.", "", words)


def test_a_week_with_one_run_and_hostile_words_shows_letters(show, store_at):
    open_desk(store_at)
    write_week(store_at, HOSTILE)
    for stage in ("pitch", "peer_review", "chairman", "risk"):
        app = show("runs", stage=stage, part="parsed", every="true")
        bare = re.sub(r"\\.", "", said(app))
        for markup in ("![", "](", "<img", "<script", "http://", "www.", "$x"):
            assert markup not in bare, (stage, markup)
    assert "no what-if to compare yet" in app.info[0].value
