"""Commands: nonsense is refused in one line before anything is written; the same work has one key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands import RunJob, cancel_job, run_job
from core.errors import BadInput
from core.job_kinds import STAGES, TAKES, JobKind
from storage.canonical import STREAM_ID

WEEK = "2026-11-18"
GOOD = {
    JobKind.WEEKLY: {"week_id": WEEK},
    JobKind.STAGE: {"week_id": WEEK, "stage": "pitch"},
    JobKind.RERUN: {"week_id": WEEK, "stage": "pitch", "overrides": {"pm.grok.model": "x/y"}},
    JobKind.CHECKPOINT: {"session": WEEK, "time": "12:00"},
    JobKind.POSTMORTEM: {"week_id": WEEK},
    JobKind.REPLAY: {"week_id": WEEK},
    JobKind.SIMULATE: {"start": "2024-01-03", "end": "2024-12-31", "seed": 7},
    JobKind.REBUILD: {},
    JobKind.EXPORT: {"week_id": WEEK},
    JobKind.COUNCIL: {"question": "Is gold cheap?", "models": ["a/b"], "sequence": 2},
    JobKind.CYCLE: {"symbols": ["AAPL"], "execute": True},
    JobKind.ASK: {"question": "Why did we sell GLD?", "sequence": 2},
    JobKind.DISCOVERY: {},
    JobKind.MEASURE: {},
}
KEYS = [
    "weekly/2026-11-18",
    "stage/2026-11-18/pitch",
    "checkpoint/2026-11-18/12:00",
    "postmortem/2026-11-18",
    "replay/2026-11-18",
    "simulate/2024-01-03/2024-12-31/7",
    "rebuild/all",
    "export/2026-11-18",
    f"council/{run_job('council', **GOOD[JobKind.COUNCIL]).conversation_id}",
    "cycle/equity_cycle/execute/fcbb30b4ee6b",
    f"ask/{run_job('ask', **GOOD[JobKind.ASK]).conversation_id}",
    "discovery/equity_cycle",
    "measure/equity_cycle",
]


def test_every_kind_says_what_it_takes():
    assert set(TAKES) == set(GOOD) == set(JobKind)


def test_each_kind_has_its_natural_key():
    found = [run_job(kind, **fields).key for kind, fields in GOOD.items() if kind != "rerun"]
    assert found == KEYS


@pytest.mark.parametrize("kind", list(JobKind))
def test_a_key_names_a_stream_and_can_be_cancelled_by(kind):
    key = run_job(kind, **GOOD[kind]).key
    assert STREAM_ID.fullmatch(f"job/{key}")
    assert cancel_job(key).key == key


def test_two_what_ifs_are_one_job_only_when_stage_and_overrides_are_the_same():
    one = run_job("rerun", week_id=WEEK, stage="pitch", overrides={"a.b": "1", "c.d": "2"})
    same = run_job("rerun", week_id=WEEK, stage="pitch", overrides={"c.d": "2", "a.b": " 1 "})
    other = run_job("rerun", week_id=WEEK, stage="pitch", overrides={"a.b": "1", "c.d": "3"})
    later = run_job("rerun", week_id=WEEK, stage="chairman", overrides={"a.b": "1", "c.d": "2"})
    assert one.key == same.key
    assert len({one.key, other.key, later.key}) == 3
    assert re.fullmatch(r"rerun/2026-11-18/[0-9a-f]{12}", one.key)


def test_a_cycle_is_named_by_what_it_looks_at_and_whether_it_trades():
    assert run_job("cycle").key == "cycle/equity_cycle/dry/watchlist"
    assert run_job("cycle", execute=False).key == "cycle/equity_cycle/dry/watchlist"
    assert run_job("cycle", execute=True).key == "cycle/equity_cycle/execute/watchlist"
    one, other = (run_job("cycle", symbols=names) for names in (["A", "B"], ["B", "A"]))
    assert one.key == other.key != run_job("cycle", symbols=["A"]).key


def test_a_question_is_one_job_only_when_words_models_and_sequence_are_the_same():
    one = run_job("council", question="Is gold cheap?", models=["a/b"])
    assert (
        one.key == run_job("council", question=" Is gold cheap? ", models=["a/b"], sequence=1).key
    )
    others = [
        run_job("council", question="Is gold dear?", models=["a/b"]),
        run_job("council", question="Is gold cheap?", models=["a/c"]),
        run_job("council", question="Is gold cheap?", models=["a/b"], sequence=2),
    ]
    assert len({one.key, *(other.key for other in others)}) == 4


def test_a_command_of_another_kind_is_recorded_as_before_there_were_questions():
    recorded = run_job("rebuild").model_dump(mode="json")
    assert not recorded.keys() & {"question", "models", "sequence"}


def test_a_note_changes_no_key():
    assert run_job("rebuild", note="again").key == run_job("rebuild").key


@pytest.mark.parametrize(
    ("kind", "fields", "line"),
    [
        ("weakly", {"week_id": WEEK}, "there is no job 'weakly': use one of weekly, stage"),
        ("weekly", {}, "weekly needs week_id: say which"),
        ("weekly", {"week_id": "2026-11-19"}, "2026-11-19 is in week 2026-11-18"),
        ("weekly", {"week_id": "20261118"}, "week 20261118 is not named by its Wednesday"),
        ("weekly", {"week_id": "next"}, "week 'next' is no date"),
        ("weekly", {"week_id": WEEK, "stage": "pitch"}, "weekly takes no stage: leave it out"),
        ("weekly", {"week_id": WEEK, "force": True}, "weekly takes no force: leave it out"),
        ("stage", {"week_id": WEEK, "stage": "pitches"}, "'pitches' is no stage: use one of"),
        ("rerun", {"week_id": WEEK, "stage": "execution"}, "'execution' is no stage: use one"),
        ("rerun", {"week_id": WEEK, "stage": "pitch", "overrides": {"a b": "1"}}, "overrides.a b"),
        ("rerun", {"week_id": WEEK, "stage": "pitch", "overrides": {"a.b": ""}}, "overrides.a.b"),
        ("rerun", {"week_id": WEEK, "stage": "pitch", "overrides": {"a.b": 7}}, "overrides.a.b"),
        ("checkpoint", {"session": WEEK}, "checkpoint needs time: say which"),
        ("checkpoint", {"session": WEEK, "time": "noon"}, "write a time of New York as HH:MM"),
        ("checkpoint", {"session": WEEK, "time": "24:00"}, "time cannot be '24:00'"),
        ("checkpoint", {"session": 0, "time": "12:00"}, "write a day as YYYY-MM-DD"),
        ("simulate", {"start": "2024-01-03", "end": "2024-12-31"}, "simulate needs seed"),
        ("simulate", {"start": "2024-02-03", "end": "2024-01-01", "seed": 1}, "swap them"),
        ("simulate", {"start": "2024-01-03", "end": "2024-01-09", "seed": True}, "seed cannot be"),
        ("simulate", {"start": "2024-01-03", "end": "2024-01-09", "seed": -1}, "seed cannot be"),
        ("rebuild", {"week_id": WEEK}, "rebuild takes no week_id: leave it out"),
        ("council", {}, "council needs question: say which"),
        ("council", {"question": " "}, "question cannot be"),
        ("council", {"question": "x" * 20_001}, "question cannot be"),
        ("council", {"question": "x", "sequence": 0}, "sequence cannot be"),
        ("council", {"question": "x", "week_id": WEEK}, "council takes no week_id"),
        ("rebuild", {"question": "x"}, "rebuild takes no question: leave it out"),
        ("rebuild", {"note": "x" * 401}, "note cannot be"),
    ],
)
def test_nonsense_is_one_line_that_names_it(kind, fields, line):
    with pytest.raises(BadInput) as refused:
        run_job(kind, **fields)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "key", ["", "weekly", "../x", "weekly/2026 11", "job/\n", "w/" + "x" * 200]
)
def test_what_is_no_key_cancels_nothing(key):
    with pytest.raises(BadInput, match="is no job's key"):
        cancel_job(key)


@given(st.sampled_from(sorted(JobKind)), st.data())
def test_whatever_is_asked_either_is_a_command_or_one_line(kind, data):
    texts = st.sampled_from([WEEK, "2026-11-19", "12:00", "pitch", "", "\n", "x" * 500, *STAGES])
    values = st.one_of(texts, st.integers(), st.none(), st.booleans())
    names = [name for name in RunJob.model_fields if name != "kind"]
    fields = data.draw(st.dictionaries(st.sampled_from(names), values))
    line, command = "", None
    try:
        command = run_job(kind, **fields)
    except BadInput as refused:
        line = str(refused)
    assert "\n" not in line
    assert (command is None) == bool(line)
    if command is not None:
        assert RunJob.model_validate_json(command.model_dump_json()) == command
        assert STREAM_ID.fullmatch(f"job/{command.key}")


def test_a_checkpoint_waits_for_no_week_and_a_weeks_work_goes_one_by_one():
    groups = {kind: run_job(kind, **fields).group for kind, fields in GOOD.items()}
    of_week = {"weekly", "stage", "rerun", "postmortem", "replay", "export"}
    assert {groups[kind] for kind in map(JobKind, of_week)} == {"week/2026-11-18"}
    assert len(set(groups.values())) == 6
