"""A closed week is told once by the chairman's model, on record, and never at the week's cost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest

from core.errors import ModelUnavailable
from core.events.week import (
    PostmortemTextFailed,
    PostmortemTextWritten,
    PostmortemWritten,
    WeekClosed,
)
from core.profile import ModelSpec
from core.schemas.model_call import FinishReason, ModelAnswer, Usage
from providers.llm.rules import RulesModel
from tests.fakes.desks import bench, rules_settings

CHAIR = ModelSpec(
    name="Claude Opus 4.5", model="anthropic/claude-opus-4.5", vendor="Anthropic", family="Claude"
)
WORDS = {"text": "acct_1 was wrong, as acct_2 had warned.", "lessons": ["Ask for a nearer exit."]}


@dataclass
class TellingModel:
    """The rules models; a chairman of another name decides by the rules and writes ``says``."""

    says: str | None = field(default_factory=lambda: json.dumps(WORDS))
    prompts: list[str] = field(default_factory=list)

    async def complete(self, request):
        if request.call != "postmortem":
            if request.model == CHAIR.model:
                request = request.model_copy(update={"model": "rules/chairman"})
            return await RulesModel().complete(request)
        self.prompts.append(request.messages[0].content)
        if self.says is None:
            raise ModelUnavailable("the vendor is down: try again later")
        return ModelAnswer(
            text=self.says,
            served_model=request.model,
            finish_reason=FinishReason.STOP,
            usage=Usage(),
        )


def lived(model, until="2024-01-12"):
    settings = rules_settings()
    profile = settings.policy.profile.model_copy(update={"chairman": CHAIR})
    policy = settings.policy.model_copy(update={"profile": profile})
    made = bench(settings.model_copy(update={"policy": policy}), model=model)
    unpaid = replace(made.desk.providers, check=None)  # this chairman needs no key
    made = replace(made, desk=replace(made.desk, providers=unpaid))
    assert made.simulate("2024-01-03", until).failed == 0
    return made


@pytest.fixture(scope="module")
def model():
    return TellingModel()


@pytest.fixture(scope="module")
def told(model):
    return lived(model, "2024-01-18")


def test_each_closed_week_is_told_once_after_it_is_closed(told, model):
    weeks = [event.told.week_id for event in told.events(PostmortemTextWritten)]
    assert weeks == ["2024-01-03", "2024-01-10"]
    assert len(model.prompts) == 2
    closed = [row.position for row in told.store.read_all(types=[WeekClosed.__name__])]
    written = [row.position for row in told.store.read_all(types=["PostmortemTextWritten"])]
    assert all(before < after for before, after in zip(closed, written, strict=True))


def test_the_scores_and_the_rules_text_stand_whatever_a_model_writes(told):
    final = [e.postmortem for e in told.events(PostmortemWritten) if not e.postmortem.provisional]
    assert {one.text_by for one in final} == {"rules/postmortem"}
    assert all(one.scores is not None for one in final)
    assert told.events(PostmortemTextWritten)[0].told.model == CHAIR.model


def test_the_call_is_recorded_within_its_week(told):
    asked = [
        row for row in told.store.read_all(types=["ModelCallCompleted"])
        if row.stream_id.endswith("/postmortem")
    ]  # fmt: skip
    assert [row.week_id for row in asked] == ["2024-01-03", "2024-01-10"]


def test_what_models_said_is_fenced_and_names_nobody(told, model):
    prompt = model.prompts[0]
    assert prompt.count("```quoted") >= 4
    assert "acct_1" in prompt
    assert CHAIR.name not in prompt


@pytest.mark.parametrize("week", ["2024-01-03", "2024-01-10"])
def test_a_told_week_replays_identically(told, week):
    assert told.replay(week).difference is None


@pytest.mark.parametrize(
    ("says", "reason"), [(None, "ModelUnavailable"), ("no JSON at all", "AnswerUnusable")]
)
def test_a_failure_is_recorded_once_and_closes_the_week_all_the_same(says, reason):
    model = TellingModel(says)
    made = lived(model)
    failed = made.events(PostmortemTextFailed)
    assert [one.week_id for one in failed] == ["2024-01-03"]
    assert reason in failed[0].reason
    assert len(made.events(WeekClosed)) == 1
    assert made.events(PostmortemTextWritten) == []
    assert made.replay("2024-01-10").difference is None


def test_a_chairman_that_is_a_rule_is_not_asked():
    made = bench(rules_settings())
    made.simulate("2024-01-03", "2024-01-12")
    assert made.events(PostmortemTextWritten, PostmortemTextFailed) == []
