"""Where it is switched on, pitches are written with the most similar weeks; elsewhere nothing changes."""

from __future__ import annotations

import asyncio

import pytest

from core.desk.replay_report import ReplayReport
from core.desk.weekly import run_week
from core.events.calls import ModelCallCompleted, ModelCallRequested
from core.events.memory import SimilarWeeksRecalled
from core.events.week import PitchesCollected, StageCompleted
from core.policy import MemoryPolicy
from core.types import WeekId
from tests.fakes.desks import Bench, bench, on, rules_settings

FIRST, THIRD = "2019-03-06", "2019-03-20"


def settings_with(*, council):
    settings = rules_settings()
    policy = settings.policy.model_copy(update={"memory": MemoryPolicy(council=council, weeks=2)})
    return settings.model_copy(update={"policy": policy})


@pytest.fixture(scope="module")
def told() -> Bench:
    """Three weeks of a council that is told of similar ones."""
    made = bench(settings_with(council=True), at=on(FIRST, "07:00"))
    made.simulate(FIRST, THIRD)
    return made


def test_each_run_keeps_what_it_was_told_with_distances(told):
    first, second, third = told.events(SimilarWeeksRecalled)
    assert first.value == ()
    assert second.value == ()  # on its Wednesday morning the week before has not ended yet
    (neighbour,) = third.value
    assert neighbour.document.label.startswith(f"week {FIRST}: ")
    assert 0 <= neighbour.distance <= 2
    assert neighbour.document.known_at <= on(THIRD, "08:00")


def test_the_managers_read_it_before_their_task(told):
    prompts = [
        event.request.messages[0].content
        for event in told.events(ModelCallRequested)
        if event.request.call.startswith("pitch/")
    ]
    neighbour = told.events(SimilarWeeksRecalled)[-1].value[0]
    assert prompts[0].startswith("## Weeks of this desk most like the present one\nNone:")
    assert f"{neighbour.document.label} (distance {neighbour.distance:.3f})" in prompts[-1]
    assert "You are a portfolio manager at a macro trading council." in prompts[-1]


def test_a_replay_answers_from_the_record_and_is_the_same(told):
    report: ReplayReport = told.replay(THIRD)
    assert report.identical, report.difference


def test_switched_off_no_stage_asks_and_no_setting_or_prompt_differs():
    plain, off = rules_settings(), settings_with(council=False)
    assert off.policy.fingerprint() == plain.policy.fingerprint()
    made = bench(off, at=on(FIRST, "08:00"))
    before = bench(plain, at=on(FIRST, "08:00"))
    for one in (made, before):
        asyncio.run(run_week(one.desk, WeekId(FIRST)))
    assert made.heads() == before.heads()
    assert "pitch_recalling" not in made.desk.prompts.templates
    assert made.events(SimilarWeeksRecalled) == []
    assert "similar_weeks" not in {event.stage for event in made.events(StageCompleted)}


def test_rules_managers_pitch_the_same_whether_they_were_told_or_not(told):
    """They read the frozen numbers alone: what differs between both councils is the models'."""
    plain = bench(rules_settings(), at=on(FIRST, "07:00"))
    plain.simulate(FIRST, FIRST)

    def said(made):
        event = made.events(PitchesCollected)[0]
        return [(one.instrument, one.direction, one.conviction) for one in event.value]

    assert said(plain) == said(told)
    assert told.events(ModelCallCompleted)
