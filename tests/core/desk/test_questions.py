"""A question as a job: asked once, resumed where it stopped, asked again under an id of its own."""

from __future__ import annotations

import asyncio

import pytest

from core.desk.conversation import ask_council
from core.desk.job_state import JobStatus
from core.desk.questions import asking, asking_again, members
from core.errors import BadInput
from core.events.conversation import QuestionAsked
from core.job_kinds import TALK
from core.types import StreamId
from storage.queries import StoreReader
from storage.queries.conversations import conversation, conversation_lines
from storage.queries.usage import run_use
from tests.fakes.desks import on
from tests.fakes.job_desk import job_desk

QUESTION = "Is gold cheap?"


@pytest.fixture
def made(tmp_path):
    return job_desk(tmp_path)


@pytest.fixture
def reader(made):
    return StoreReader(made.bench.store.engine)


def seated(made):
    return members(made.bench.desk.policy)


def test_a_question_is_answered_ranked_concluded_and_read_from_tables(made, reader):
    state = made.run("council", question=QUESTION, models=list(seated(made)), sequence=1)
    assert (state.status, state.progress.done, state.progress.total) == (JobStatus.DONE, 3, 3)
    command = asking(QUESTION, seated(made))
    assert state.finished.result["conversation_id"] == command.conversation_id
    found = conversation(reader, command.conversation_id)
    assert found.question == QUESTION
    assert [one.model for one in found.responses] == list(seated(made))
    assert {one.model for one in found.aggregate} == set(seated(made))
    assert found.synthesis.model == "rules/chairman"
    assert set(found.labels) == {*seated(made), "chairman"}
    made.bench.store.rebuild()
    assert conversation(reader, command.conversation_id) == found
    assert run_use(reader, command.conversation_id).calls == 9
    [line] = conversation_lines(reader)
    assert (line.question, line.concluded, line.failed) == (QUESTION, True, False)


def test_a_question_that_was_begun_goes_on_as_of_its_own_instant(made):
    """The process died after the answers: they are not asked for again."""
    command = asking(QUESTION, seated(made))
    held = made.claim(made.ask("council", **command.model_dump(exclude={"kind"})))
    made.run_claimed(held)
    asked = len(made.bench.rows(f"conversation/{command.conversation_id}/council/answer/1"))
    made.bench.at(on("2024-01-11"))
    asyncio.run(ask_council(made.bench.desk, QUESTION, identity=command.conversation_id))
    assert len(made.bench.events(QuestionAsked)) == 1
    rows = made.bench.rows(f"conversation/{command.conversation_id}/council/answer/1")
    assert len(rows) == asked


def test_asking_the_same_again_is_refused_and_the_next_time_has_an_id_of_its_own(made, reader):
    models = seated(made)
    first = asking_again(made.bench.store, QUESTION, models)
    assert first == asking(QUESTION, models, 1)
    made.run("council", **first.model_dump(exclude={"kind"}))
    with pytest.raises(BadInput, match="ask with the next sequence"):
        made.ask("council", **first.model_dump(exclude={"kind"}))
    second = asking_again(made.bench.store, QUESTION, models)
    assert second.sequence == 2
    made.run("council", **second.model_dump(exclude={"kind"}))
    assert len(conversation_lines(reader)) == 2


def test_a_question_for_models_that_do_not_sit_there_any_more_fails_in_one_line(made):
    state = made.run("council", question=QUESTION, models=["openai/gpt-5.1"])
    assert state.status is JobStatus.FAILED
    assert "the council is rules/trend" in state.finished.detail
    assert not list(
        made.bench.store.read(StreamId(f"conversation/{state.command.conversation_id}"))
    )


def test_a_question_is_told_in_its_three_stages(made):
    key = made.ask("council", question=QUESTION)
    assert made.line(key).command["question"] == QUESTION
    made.run_claimed(made.claim(key))
    told = [
        row.payload["step"] for row in made.bench.rows(f"job/{key}") if row.type == "JobProgressed"
    ]
    assert set(told) == set(TALK)
