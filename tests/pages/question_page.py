"""What every page of questions does with one: one suite that the council's and the log's inherit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import pytest

from core.clock import FixedClock
from core.commands import RunJob
from core.desk import jobs
from core.desk.opening import open_desk as open_rules
from core.events.jobs import JobOutcome
from pages.http.store import STORE_VARIABLE
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.stored_weeks import open_desk
from tests.pages.conftest import said

NOW = on("2026-11-18", "10:00")


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    return button.click().run()


def requested(store):
    return [store.decode(row).command for row in store.read_all(types=["JobRequested"])]


class QuestionPage(ABC):
    """``page`` under test, its address key and field, and how its questions are asked and worked on.

    ``models``: how many of them the page's question names.
    """

    page: ClassVar[str]
    key: ClassVar[str]
    field: ClassVar[str]
    kind: ClassVar[str]
    question: ClassVar[str]
    models: ClassVar[int]

    @pytest.fixture
    def desk(self, store_at):
        open_desk(store_at)
        return store_at

    @pytest.fixture
    def rules(self, store_at):
        """A rules desk on the page's store, and the models that sit there."""
        made = bench(rules_settings(), store_at, clock=FixedClock(NOW))
        open_rules(made.desk, NOW)
        return made

    @abstractmethod
    def command(self, policy) -> RunJob:
        """What the page's button asks for."""

    @abstractmethod
    def work(self, desk, identity):
        """What the scheduler does with it."""

    def opened(self, show, identity):
        return show(self.page, **{self.key: identity})

    def answered(self, rules):
        """The id of a question that was asked for by a job and answered."""
        command = self.command(rules.desk.policy)
        jobs.request(rules.store, command, "test", NOW)
        held = jobs.claim(rules.store, command.key, 1, NOW)
        self.work(rules.desk, command.conversation_id)
        jobs.finish(rules.store, held, JobOutcome.DONE, "answered", NOW)
        return command.conversation_id

    def test_without_a_desk_the_page_says_what_to_do(self, show, tmp_path, monkeypatch):
        monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
        app = show(self.page)
        assert "cli.py up" in app.info[0].value
        assert not app.text_area

    def test_a_question_is_asked_for_once_and_the_page_waits_at_its_address(self, show, desk):
        app = show(self.page)
        app.text_area(key=self.field).input(self.question)
        app = press(app, "Ask")
        [command] = requested(desk)
        assert (command.kind, command.question, command.sequence) == (self.kind, self.question, 1)
        assert len(command.models) == self.models
        assert app.query_params[self.key] == command.conversation_id
        assert [one.value for one in app.text] == [self.question]
        assert "nobody leads" in said(app)
        app.text_area(key=self.field).input(self.question)
        app = press(app, "Ask")
        assert "asked before" in app.success[0].value
        assert len(requested(desk)) == 1

    def test_nothing_is_asked_in_one_line(self, show, desk):
        app = press(show(self.page), "Ask")
        assert "question" in app.error[0].value
        assert not requested(desk)

    def test_asking_again_is_a_conversation_of_its_own(self, show, rules):
        first = self.answered(rules)
        app = press(self.opened(show, first), "Ask again")
        second = requested(rules.store)[-1]
        assert (second.question, second.sequence) == (self.question, 2)
        assert app.query_params[self.key] == second.conversation_id != first

    def test_a_question_that_failed_says_why_and_goes_on_under_its_id(self, show, rules):
        command = self.command(rules.desk.policy)
        jobs.request(rules.store, command, "test", NOW)
        held = jobs.claim(rules.store, command.key, 1, NOW)
        jobs.finish(rules.store, held, JobOutcome.FAILED, "nobody answered", NOW)
        app = self.opened(show, command.conversation_id)
        assert "nobody answered" in app.error[0].value
        press(app, "Go on with it")
        assert [one.key for one in requested(rules.store)] == [command.key] * 2

    def test_an_address_that_names_no_question_shows_none(self, show, desk):
        app = self.opened(show, "![x](http://evil.example/a.png)")
        assert not app.text
        assert "evil" not in said(app)
        app = self.opened(show, "00000000-0000-0000-0000-000000000000")
        assert "no such question" in app.info[0].value
