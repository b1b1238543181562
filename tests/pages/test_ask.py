"""Ask the log: a question becomes a job, the answer's citations lead to the audit page, text is data."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

from core.desk.asking_log import ask_log
from core.desk.log_questions import asking_log
from core.events.conversation import LogQuestionAnswered, LogQuestionAsked
from core.schemas.question import Finding, LogAnswer, LogRequest, Look
from core.types import StreamId
from tests.fakes.stored_weeks import append
from tests.pages.conftest import HOSTILE, said
from tests.pages.question_page import QuestionPage

QUESTION = "Which accounts were opened in November?"
TALK = "11111111-1111-5111-8111-111111111111"


def links(app):
    return [one.proto for one in app.get("page_link")]


class TestAskingTheLog(QuestionPage):
    page, key, field, kind = "ask", "q", "log question text", "ask"
    question = QUESTION
    models = 0

    def command(self, policy):
        return asking_log(QUESTION)

    def work(self, desk, identity):
        asyncio.run(ask_log(desk, QUESTION, identity=identity))

    def test_an_answer_stands_with_its_events_its_looks_and_its_author(self, show, rules):
        app = self.opened(show, self.answered(rules))
        words = said(app)
        assert "rules, a plain search: no language model spoke" in words
        assert "events found and cited" in words
        assert "**AccountOpened**" in " ".join(one.label for one in links(app))
        assert "events · text" in words
        assert "Which accounts were" in " ".join(one.label for one in links(app))

    def test_a_citation_leads_to_the_event_on_the_audit_page(self, show, rules):
        app = self.opened(show, self.answered(rules))
        [first] = list(rules.store.read_all(types=["AccountOpened"]))[-1:]
        leads = [one for one in links(app) if f"event={first.event_id}" in one.query_string]
        assert len(leads) == 1

    def test_hostile_answers_and_events_are_shown_letter_by_letter(self, show, desk):
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
