"""Research: a pack or a reason; never a stopped week."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import ModelTimeout, ModelUnavailable, NotJson, UnknownPrompt
from core.keys import RESEARCH_PACK_A, RESEARCH_PACK_B
from core.schemas.research import PackStatus
from core.stages.research import ResearchStage
from tests.fakes.models import FakeResearcher
from tests.fakes.week import AS_OF, WEEK, policy, research_answer, started


def outcome(result, pack="A"):
    researcher = FakeResearcher(result)
    stage = ResearchStage(pack, researcher, policy())
    after = asyncio.run(stage.run(started()))
    return after[RESEARCH_PACK_A if pack == "A" else RESEARCH_PACK_B], researcher


def test_a_pack_carries_its_week_its_instant_and_who_really_answered():
    made, _researcher = outcome(research_answer(source="google/deep-research-0426"))
    assert made.status is PackStatus.RECEIVED
    assert made.pack.week_id == WEEK
    assert made.pack.asof_et == AS_OF
    assert made.pack.asof_et.utcoffset().total_seconds() == -5 * 3600
    assert made.source == made.pack.research_source == "google/deep-research-0426"
    assert made.pack.report == "what was found"


def test_the_researcher_hears_the_universe_and_the_instant():
    _, researcher = outcome(research_answer(), pack="B")
    request = researcher.requests[0]
    assert (request.pack, request.as_of) == ("B", AS_OF)
    assert request.symbols == ("SPY", "TLT", "GLD")


@pytest.mark.parametrize(
    "error",
    [ModelTimeout("no answer within 3600 s"), ModelUnavailable("503"), NotJson("not JSON")],
    ids=repr,
)
def test_a_failed_researcher_is_a_missing_pack_with_the_reason(error):
    made, _ = outcome(error)
    assert made.status is PackStatus.MISSING
    assert made.missing_because == str(error)
    assert made.source == "google/deep-research"


def test_nothing_found_is_an_empty_pack_not_a_missing_one():
    made, _ = outcome(
        research_answer(top_narratives=[], tradable_candidates=[], event_calendar_next_7d=[])
    )
    assert made.status is PackStatus.EMPTY


def test_a_replay_without_recorded_research_fails():
    with pytest.raises(UnknownPrompt):
        outcome(UnknownPrompt("no recorded research for pack A"))


def test_two_packs_are_two_stages():
    stages = [ResearchStage(pack, FakeResearcher(research_answer()), policy()) for pack in "AB"]
    assert [stage.name for stage in stages] == ["research_a", "research_b"]
    assert [stage.gives for stage in stages] == [(RESEARCH_PACK_A,), (RESEARCH_PACK_B,)]
