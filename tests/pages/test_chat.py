"""Council chat: a question becomes a job, its answers stand under their authors' names, text is data."""

from __future__ import annotations

import asyncio
import re

from core.desk.conversation import ask_council
from core.desk.questions import asking, members
from core.events.conversation import QuestionAsked, ResponsesCollected
from core.schemas.conversation import ModelResponse
from core.types import StreamId
from tests.fakes.stored_weeks import append
from tests.pages.conftest import HOSTILE, said
from tests.pages.question_page import QuestionPage

QUESTION = "Is gold cheap?"


class TestAskingTheCouncil(QuestionPage):
    page, key, field, kind = "chat", "conversation", "question text", "council"
    question = QUESTION
    models = 4

    def command(self, policy):
        return asking(QUESTION, members(policy))

    def work(self, desk, identity):
        asyncio.run(ask_council(desk, QUESTION, identity=identity))

    def test_answers_places_and_the_conclusion_stand_under_their_names(self, show, rules):
        app = self.opened(show, self.answered(rules))
        words = said(app)
        assert "rules, no language model spoke" in words
        for name in ("trend", "mean\\-reversion", "risk\\-parity", "carry"):
            assert f"**rules/{name}**" in words
        places = app.dataframe[0].value
        assert list(places["rankings"]) == [3, 3, 3, 3]
        assert places.filter(like="by rules/").isna().sum().sum() == 4
        assert sorted(places["answer of"]) == sorted(members(rules.desk.policy))
        assert any("No synthesis" in one.value for one in app.text)

    def test_hostile_answers_are_shown_letter_by_letter(self, show, desk):
        talk = "11111111-1111-5111-8111-111111111111"
        asked = QuestionAsked(
            conversation_id=talk, question=HOSTILE, models=("a/b",), chairman="c/d"
        )
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
