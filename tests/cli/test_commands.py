"""Every command on a real store: what it answers, in words and as JSON, and what it leaves alone."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest

from config.wiring import calendar
from core.desk.slots import week_session
from core.types import week_of
from tests.cli.conftest import store_heads

TODAY = date.today()  # noqa: DTZ011 - weeks well in the past: the hour does not matter
WEEK = week_of(TODAY - timedelta(weeks=3))
OLD_DAY = date.fromisoformat(WEEK) + timedelta(days=5)
"""A Monday in that week."""
READING = [
    ("run_weekly", "--week", WEEK),
    ("checkpoint", "--all", "--date", WEEK),
    ("postmortem", "--week", WEEK),
    ("summary", "--week", WEEK),
    ("replay", "--week", WEEK),
    ("verify",),
    ("rebuild",),
    ("doctor",),
    ("rerun", "--week", WEEK, "--from", "chairman"),
    ("council", "Bonds or gold?"),
]


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_the_answer_is_one_json_document_or_a_few_lines(council, demo, words):
    as_json = council(*words, "--json", "--store", demo)
    assert (as_json.code, as_json.err) == (0, "")
    assert isinstance(as_json.json, dict)
    in_words = council(*words, "--store", demo)
    assert in_words.code == 0
    assert in_words.out.strip()
    assert "Traceback" not in in_words.err


@pytest.mark.parametrize("words", READING[:8], ids=lambda words: words[0])
def test_asking_about_a_finished_week_appends_nothing(council, demo, words):
    before = store_heads(demo)
    assert council(*words, "--store", demo).code == 0
    assert store_heads(demo) == before


@pytest.mark.parametrize("words", [("run-weekly", "--week", WEEK), ("run_weekly", "--week", WEEK)])
def test_both_spellings_are_one_command_and_a_done_week_is_not_traded_again(council, demo, words):
    before = store_heads(demo)
    said = council(*words, "--store", demo)
    assert (said.code, said.err) == (0, "")
    assert f"week {WEEK}: already done, nothing was run or traded again" in said.out
    assert store_heads(demo) == before


def test_step_by_step_ends_with_the_same_events_as_one_run(council, tmp_path):
    whole, steps = tmp_path / "whole.db", tmp_path / "steps.db"
    done = council("run_weekly", "--week", OLD_DAY, "--store", whole, "--json").json
    assert done["completed"]
    assert (done["week_id"], done["resumed"]) == (WEEK, [])
    ran = []
    for words in ("research",), ("pm-pitches",), ("peer_review",), ("chairman",):
        ran += council(*words, "--week", WEEK, "--store", steps, "--json").json["ran"]
    last = council("execute", "--all-accounts", "--week", WEEK, "--store", steps, "--json").json
    assert last["completed"]
    assert [*ran, *last["ran"]] == done["ran"]
    assert store_heads(steps) == store_heads(whole)


@pytest.mark.parametrize(
    ("command", "first"),
    [
        (("pm_pitches",), "research"),
        (("peer_review",), "research"),
        (("chairman",), "research"),
        (("execute", "--all-accounts"), "research"),
    ],
)
def test_a_step_too_early_names_the_command_to_run_first(council, empty, command, first):
    council(*command, "--week", WEEK, "--store", empty).check_refused(
        "is not done", f"run `{first} --week {WEEK}` first"
    )
    assert store_heads(empty) == {}


def test_the_next_missing_step_is_the_one_that_is_named(council, empty):
    assert council("research", "--week", WEEK, "--store", empty).code == 0
    before = store_heads(empty)
    council("chairman", "--week", WEEK, "--store", empty).check_refused("run `pm_pitches")
    assert store_heads(empty) == before


def test_a_what_if_shows_what_changed_and_trades_nothing(council, demo):
    accounts = {k: v for k, v in store_heads(demo).items() if k.startswith("account/")}
    what = ("--from", "risk", "--set", "risk.max_position_pct=0.01")
    said = council("rerun", "--week", WEEK, *what, "--store", demo, "--json")
    assert said.json["ran"] == ["risk", "order_plan"]
    what_if, official = said.json["what_if"], said.json["official"]
    targets = [name for name in what_if if name.endswith(" target")]
    assert len(targets) == 6
    assert set(said.json["changed"]) == {one for one in targets if official[one] != "FLAT"}
    assert what_if["acct_1 pitch"] == official["acct_1 pitch"]
    after = {k: v for k, v in store_heads(demo).items() if k.startswith("account/")}
    assert accounts
    assert after == accounts


def test_a_replay_is_identical(council, demo):
    said = council("replay", "--week", WEEK, "--store", demo, "--json")
    assert said.json["identical"] is True
    assert said.json["orders"] > 0


def test_the_summary_is_markdown_with_the_decision_and_the_result(council, demo):
    text = council("summary", "--week", OLD_DAY, "--store", demo).out
    assert text.startswith(f"# Week {WEEK} · DEMO\nProfile rules, prices SIMULATED, complete.")
    for part in ("**Council: ", "| account | model | pitch |", "Result (final): ", "|---|---:|"):
        assert part in text
    found = council("summary", "--week", WEEK, "--store", demo, "--json").json
    assert len(found["pitches"]) + len(found["abstentions"]) == found["seats"] == 4


def test_an_export_holds_the_weeks_texts_values_and_events(council, demo, tmp_path):
    folder = tmp_path / "week"
    said = council("export", folder, "--week", WEEK, "--store", demo, "--json").json
    with sqlite3.connect(folder / "events.sqlite") as connection:
        count, weeks = connection.execute(
            "SELECT count(*), count(DISTINCT week_id) FROM events"
        ).fetchone()
    connection.close()
    assert (count, weeks) == (said["events"], 1)
    assert list((folder / "raw").glob("*.prompt.md"))
    assert list((folder / "raw").glob("*.answer.txt"))
    assert (folder / "normalized" / "postmortem.json").exists()
    assert council("export", folder, "--week", WEEK, "--store", demo).code == 0


def test_an_export_goes_under_runs_by_default(council, demo, root):
    assert council("export", "--week", OLD_DAY, "--store", demo).code == 0
    assert (root / "runs" / f"week_{WEEK}" / "events.sqlite").exists()


def test_a_checkpoint_by_hand_after_a_week_run_by_hand(council, empty):
    assert council("run_weekly", "--week", WEEK, "--store", empty).code == 0
    session = start_session()
    said = council("checkpoint", "--all", "--date", session, "--store", empty, "--json").json
    assert said["failed"] == []
    assert len(said["decisions"]) % 6 == 0
    before = store_heads(empty)
    again = council("checkpoint", "--all", "--date", session, "--store", empty, "--json").json
    assert again == said
    assert store_heads(empty) == before


def start_session() -> str:
    """The day the week's run happens on: its Wednesday, or the next session."""
    return week_session(calendar(), WEEK).isoformat()


@pytest.mark.parametrize("command", [("demo",), ("demo", "--if-empty")])
def test_a_demo_desk_is_never_a_real_one(council, empty, command):
    council("run_weekly", "--week", WEEK, "--store", empty)
    before = store_heads(empty)
    said = council(*command, "--store", empty)
    assert said.code == 2
    assert "holds a REAL desk" in said.err
    assert store_heads(empty) == before


def test_an_existing_demo_is_left_as_it_is(council, demo):
    before = store_heads(demo)
    said = council("demo", "--if-empty", "--store", demo)
    assert (said.code, said.err) == (0, "")
    assert "is there already" in said.out
    assert store_heads(demo) == before


def test_help_lists_every_command(council):
    text = council("--help").out
    for name in ("run_weekly", "checkpoint", "simulate", "doctor", "init", "up", "verify"):
        assert name in text
