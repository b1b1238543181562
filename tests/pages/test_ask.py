"""Ask the log: a question becomes a job, the answer's citations lead to the audit page, text is data."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest

from core.clock import FixedClock
from core.desk import jobs
from core.desk.asking_log import ask_log
from core.desk.log_questions import asking_log
from core.desk.opening import open_desk as open_rules
from core.events.conversation import LogQuestionAnswered, LogQuestionAsked
from core.events.jobs import JobOutcome
from core.schemas.question import Finding, LogAnswer, LogRequest, Look
from core.types import StreamId
from pages.http.store import STORE_VARIABLE
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.stored_weeks import append, open_desk
from tests.pages.conftest import HOSTILE, said

QUESTION = "Which accounts were opened in November?"
NOW = on("2026-11-18", "10:00")
TALK = "11111111-1111-5111-8111-111111111111"


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    return store_at


@pytest.fixture
def rules(store_at):
    """A rules desk on the page's store."""
    made = bench(rules_settings(), store_at, clock=FixedClock(NOW))
    open_rules(made.desk, NOW)
    return made


def answered(rules):
    """The id of a question that was asked for by a job and answered by the search."""
    command = asking_log(QUESTION)
    jobs.request(rules.store, command, "test", NOW)
    held = jobs.claim(rules.store, command.key, 1, NOW)
    asyncio.run(ask_log(rules.desk, QUESTION, identity=command.conversation_id))
    jobs.finish(rules.store, held, JobOutcome.DONE, "rules/search answered", NOW)
    return command.conversation_id


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    return button.click().run()


def requested(store):
    return [store.decode(row).command for row in store.read_all(types=["JobRequested"])]


def links(app):
    return [one.proto for one in app.get("page_link")]


def test_without_a_desk_the_page_says_what_to_do(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("ask")
    assert "cli.py up" in app.info[0].value
    assert not app.text_area


def test_a_question_is_asked_for_once_and_the_page_waits_at_its_address(show, desk):
    app = show("ask")
    app.text_area(key="log question text").input(QUESTION)
    app = press(app, "Ask")
    [command] = requested(desk)
    assert (command.kind, command.question, command.sequence) == ("ask", QUESTION, 1)
    assert app.query_params["q"] == command.conversation_id
    assert "nobody leads" in said(app)
    app.text_area(key="log question text").input(QUESTION)
    app = press(app, "Ask")
    assert "asked before" in app.success[0].value
    assert len(requested(desk)) == 1


def test_nothing_is_asked_in_one_line(show, desk):
    app = press(show("ask"), "Ask")
    assert "question" in app.error[0].value
    assert not requested(desk)


def test_an_answer_stands_with_its_events_its_looks_and_its_author(show, rules):
    app = show("ask", q=answered(rules))
    words = said(app)
    assert "rules, a plain search: no language model spoke" in words
    assert "events found and cited" in words
    assert "**AccountOpened**" in " ".join(one.label for one in links(app))
    assert "events · text" in words
    assert "Which accounts were" in " ".join(one.label for one in links(app))


def test_a_citation_leads_to_the_event_on_the_audit_page(show, rules):
    app = show("ask", q=answered(rules))
    [first] = list(rules.store.read_all(types=["AccountOpened"]))[-1:]
    leads = [one for one in links(app) if f"event={first.event_id}" in one.query_string]
    assert len(leads) == 1


def test_asking_again_is_a_conversation_of_its_own(show, rules):
    first = answered(rules)
    app = press(show("ask", q=first), "Ask again")
    second = requested(rules.store)[-1]
    assert (second.question, second.sequence) == (QUESTION, 2)
    assert app.query_params["q"] == second.conversation_id != first


def test_a_question_that_failed_says_why_and_goes_on_under_its_id(show, rules):
    command = asking_log(QUESTION)
    jobs.request(rules.store, command, "test", NOW)
    held = jobs.claim(rules.store, command.key, 1, NOW)
    jobs.finish(rules.store, held, JobOutcome.FAILED, "the store is gone", NOW)
    app = show("ask", q=command.conversation_id)
    assert "the store is gone" in app.error[0].value
    press(app, "Go on with it")
    assert [one.key for one in requested(rules.store)] == [command.key] * 2


def test_an_address_that_names_no_question_shows_none(show, desk):
    assert "evil" not in said(show("ask", q="![x](http://evil.example/a.png)"))
    app = show("ask", q="00000000-0000-0000-0000-000000000000")
    assert "no such question" in app.info[0].value


def test_hostile_answers_and_events_are_shown_letter_by_letter(show, desk):
    asked = LogQuestionAsked(conversation_id=TALK, question=HOSTILE, model="a/b")
    cite = Finding(
        event_id=TALK,
        type="NoteAdded",
        at=datetime(2026, 3, 4, tzinfo=UTC),
        stream="notes/1",
        says=HOSTILE,
    )
    look = Look(request=LogRequest(tool="events", text=HOSTILE[:100]), found=1, lines=0)
    value = LogAnswer(
        text=f"{HOSTILE}\n- {HOSTILE}" * 40,
        cites=(cite,),
        by=f"a/b {HOSTILE}",
        looks=(look,),
        fell_back=HOSTILE,
    )
    given = LogQuestionAnswered(run_id=TALK, stage="answer_from_log", value=value)
    append(desk, StreamId(f"conversation/{TALK}"), asked, given)
    app = show("ask", q=TALK)
    shown = said(app) + "\n".join(one.label for one in links(app))
    bare = re.sub(r"\\.", "", shown)
    for markup in ("![", "](", "<img", "<script", "http://", "www.", ":red[", "$x"):
        assert markup not in bare, markup
