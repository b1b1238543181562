"""Council chat: a question becomes a job, its answers stand under their authors' names, text is data."""

from __future__ import annotations

import asyncio
import re

import pytest

from core.clock import FixedClock
from core.desk import jobs
from core.desk.conversation import ask_council
from core.desk.opening import open_desk as open_rules
from core.desk.questions import asking, members
from core.events.conversation import QuestionAsked, ResponsesCollected
from core.events.jobs import JobOutcome
from core.schemas.conversation import ModelResponse
from core.types import StreamId
from pages.http.store import STORE_VARIABLE
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.stored_weeks import append, open_desk
from tests.pages.conftest import HOSTILE, said

QUESTION = "Is gold cheap?"
NOW = on("2026-11-18", "10:00")


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    return store_at


@pytest.fixture
def rules(store_at):
    """A rules desk on the page's store, and the models that sit there."""
    made = bench(rules_settings(), store_at, clock=FixedClock(NOW))
    open_rules(made.desk, NOW)
    return made


def answered(rules, sequence=1):
    """The id of a question that was asked for by a job and answered."""
    command = asking(QUESTION, members(rules.desk.policy), sequence)
    jobs.request(rules.store, command, "test", NOW)
    held = jobs.claim(rules.store, command.key, 1, NOW)
    asyncio.run(ask_council(rules.desk, QUESTION, identity=command.conversation_id))
    jobs.finish(rules.store, held, JobOutcome.DONE, "4 of 4 answered", NOW)
    return command.conversation_id


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    return button.click().run()


def requested(store):
    return [store.decode(row).command for row in store.read_all(types=["JobRequested"])]


def test_without_a_desk_the_page_says_what_to_do(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("chat")
    assert "cli.py up" in app.info[0].value
    assert not app.text_area


def test_a_question_is_asked_for_once_and_the_page_waits_at_its_address(show, desk):
    app = show("chat")
    app.text_area(key="question text").input(QUESTION)
    app = press(app, "Ask")
    [command] = requested(desk)
    assert (command.kind, command.question, command.sequence) == ("council", QUESTION, 1)
    assert len(command.models) == 4
    assert app.query_params["conversation"] == command.conversation_id
    assert [one.value for one in app.text] == [QUESTION]
    assert "nobody leads" in said(app)
    app.text_area(key="question text").input(QUESTION)
    app = press(app, "Ask")
    assert "asked before" in app.success[0].value
    assert len(requested(desk)) == 1


def test_nothing_is_asked_in_one_line(show, desk):
    app = press(show("chat"), "Ask")
    assert "question" in app.error[0].value
    assert not requested(desk)


def test_answers_places_and_the_conclusion_stand_under_their_names(show, rules):
    app = show("chat", conversation=answered(rules))
    words = said(app)
    assert "rules, no language model spoke" in words
    for name in ("rules/trend", "rules/mean\\-reversion", "rules/risk\\-parity", "rules/carry"):
        assert f"**{name}**" in words
    places = app.dataframe[0].value
    assert list(places["rankings"]) == [3, 3, 3, 3]
    assert places.filter(like="by rules/").isna().sum().sum() == 4
    assert sorted(places["answer of"]) == sorted(members(rules.desk.policy))
    assert any("No synthesis" in one.value for one in app.text)


def test_asking_again_is_a_conversation_of_its_own(show, rules):
    first = answered(rules)
    app = press(show("chat", conversation=first), "Ask again")
    second = requested(rules.store)[-1]
    assert (second.question, second.sequence) == (QUESTION, 2)
    assert app.query_params["conversation"] == second.conversation_id != first


def test_a_question_that_failed_says_why_and_goes_on_under_its_id(show, rules):
    command = asking(QUESTION, members(rules.desk.policy))
    jobs.request(rules.store, command, "test", NOW)
    held = jobs.claim(rules.store, command.key, 1, NOW)
    jobs.finish(rules.store, held, JobOutcome.FAILED, "no chairman answered", NOW)
    app = show("chat", conversation=command.conversation_id)
    assert "no chairman answered" in app.error[0].value
    press(app, "Go on with it")
    assert [one.key for one in requested(rules.store)] == [command.key] * 2


def test_an_address_that_names_no_question_shows_none(show, desk):
    app = show("chat", conversation="![x](http://evil.example/a.png)")
    assert not app.text
    assert "evil" not in said(app)
    app = show("chat", conversation="00000000-0000-0000-0000-000000000000")
    assert "no such question" in app.info[0].value


def test_hostile_answers_are_shown_letter_by_letter(show, desk):
    talk = "11111111-1111-5111-8111-111111111111"
    asked = QuestionAsked(conversation_id=talk, question=HOSTILE, models=("a/b",), chairman="c/d")
    answers = (
        ModelResponse(model=f"a/b {HOSTILE}", response=HOSTILE * 200),
        ModelResponse(model="a/c", response="", failed=HOSTILE),
    )
    given = ResponsesCollected(run_id=talk, stage="collect_responses", value=answers)
    append(desk, StreamId(f"conversation/{talk}"), asked, given)
    app = show("chat", conversation=talk)
    bare = re.sub(r"\\.", "", said(app))
    for markup in ("![", "](", "<img", "<script", "http://", "www.", ":red[", "$x"):
        assert markup not in bare, markup
    assert max(len(one.value) for one in app.text) <= 6_000
    assert "The first 6,000 of" in said(app)
