"""The chain steps down one by one, says so, and never past a stop of spending."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import JobUncertain, ModelTimeout, ModelUnavailable, UnknownPrompt
from core.events.calls import ResearchSteppedDown
from providers.call_log import CallLog
from providers.research.chain import ChainResearcher
from tests.fakes.models import FakeResearcher
from tests.fakes.research_jobs import REQUEST
from tests.fakes.spending import memory_store
from tests.fakes.week import research_answer, run_spec


def ask(*links, store=None):
    chain = ChainResearcher(links, CallLog(store or memory_store(), run_spec()))
    return asyncio.run(chain.research(REQUEST))


def test_each_step_down_is_in_the_answer_and_once_in_the_log():
    store = memory_store()
    links = (
        ("gemini/x", "no GEMINI_API_KEY"),
        ("openai/y", FakeResearcher(ModelTimeout("late"))),
        ("rules/z", FakeResearcher(research_answer(source="rules/z"))),
    )
    for _ in range(2):
        answer = ask(*links, store=store)
    assert [(one.researcher, one.because) for one in answer.stepped_down] == [
        ("gemini/x", "no GEMINI_API_KEY"),
        ("openai/y", "late"),
    ]
    steps = [store.decode(row) for row in store.read_all(types=[ResearchSteppedDown.__name__])]
    assert [(one.researcher, one.next_researcher) for one in steps] == [
        ("gemini/x", "openai/y"),
        ("openai/y", "rules/z"),
    ]


@pytest.mark.parametrize("stop", [JobUncertain("who knows"), UnknownPrompt("never heard")])
def test_a_stop_is_no_step_down(stop):
    second = FakeResearcher(research_answer())
    with pytest.raises(type(stop)):
        ask(("a", FakeResearcher(stop)), ("b", second))
    assert not second.requests


def test_when_nobody_answers_every_reason_is_told():
    with pytest.raises(ModelUnavailable, match=r"a: no key; b: late"):
        ask(("a", "no key"), ("b", FakeResearcher(ModelTimeout("late"))))
