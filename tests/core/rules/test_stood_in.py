"""What stood in for what is said in a sentence; what came as asked is not mentioned."""

from __future__ import annotations

from core.rules.stood_in import stood_in
from core.schemas.research import ResearchOutcome, StepDown
from tests.fakes.week import received


def stepped(*steps: StepDown) -> ResearchOutcome:
    outcome = received("B")
    pack = outcome.pack.model_copy(update={"research_source": "rules/b", "stepped_down": steps})
    return outcome.model_copy(update={"pack": pack})


def test_a_pack_as_asked_and_one_not_there_yet_are_not_mentioned():
    assert stood_in({"A": received("A"), "B": None}) == []


def test_a_deputy_is_named_with_whom_it_stands_in_for_and_why():
    vendor = StepDown(researcher="vendor/deep", because="no KEY in .env")
    model = StepDown(researcher="a/model", because="refused")
    assert stood_in({"B": stepped(vendor, model)}) == [
        "research B: rules/b stands in for vendor/deep (no KEY in .env, then a/model failed)"
    ]


def test_a_missing_pack_is_said_with_its_reason():
    missing = ResearchOutcome(source="vendor/deep", missing_because="nobody answered")
    assert stood_in({"A": missing}) == ["research A: missing, nobody answered"]
