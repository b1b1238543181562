"""A researcher made of a model: its pack stays within the universe, its failures are one line."""

from __future__ import annotations

import asyncio
import json

import pytest

from core.errors import AnswerUnusable, ModelTimeout
from core.policy import ModelSettings
from core.rendering import load_builtin
from core.schemas.model_call import CostSource, ModelAnswer, Usage
from core.schemas.research import ResearchRequest
from providers.research.prompted import PromptedResearcher, prose, total_usage
from tests.fakes.models import ScriptedModel, words
from tests.fakes.week import AS_OF, WEEK, findings

REQUEST = ResearchRequest(pack="B", week_id=WEEK, as_of=AS_OF, symbols=("SPY", "TLT"))


def research(said):
    model = ScriptedModel(said if callable(said) else lambda _: said)
    researcher = PromptedResearcher(model, load_builtin(), ModelSettings(), "perplexity/sonar")
    return asyncio.run(researcher.research(REQUEST)), model


def test_findings_come_back_with_who_really_answered():
    answer, model = research(findings())
    assert answer.findings == findings()
    assert answer.source == "perplexity/sonar"
    assert model.requests[0].call == "research/B/model"


def test_the_prompt_names_the_week_the_instant_and_the_universe():
    _, model = research(findings())
    text = words(model.requests[0])
    assert "Research pack B for the week of 2026-11-18, as of 2026-11-18 13:00 UTC" in text
    assert "no other symbol: SPY, TLT." in text


def test_instruments_outside_the_universe_are_dropped_and_flagged():
    candidate = findings().tradable_candidates[0].model_dump()
    event = findings().event_calendar_next_7d[0].model_dump(mode="json")
    foreign = findings(
        tradable_candidates=[candidate, {**candidate, "instrument": "TSLA"}],
        event_calendar_next_7d=[{**event, "expected_impact_assets": ["SPY", "BTC"]}],
    )
    answer, _ = research(foreign)
    assert [one.instrument for one in answer.findings.tradable_candidates] == ["SPY"]
    assert answer.findings.event_calendar_next_7d[0].expected_impact_assets == ("SPY",)
    assert answer.findings.confidence_notes.data_quality_flags == (
        "dropped instruments outside the universe: TSLA, BTC",
    )


def test_what_is_said_around_the_json_is_the_report():
    answer, _ = research(f"Payrolls dominate.\n```json\n{findings().model_dump_json()}\n```\nEnd.")
    assert answer.report == "Payrolls dominate.\n\nEnd."


@pytest.mark.parametrize(
    ("text", "report"),
    [('{"a": 1}', ""), ("no object at all", "no object at all"), ('x {"a": {}} y', "x\n\ny")],
)
def test_prose_is_what_stands_outside_the_object(text, report):
    assert prose(text) == report


def test_usage_counts_every_attempt_and_trusts_the_weakest_source():
    usage = [
        Usage(prompt_tokens=3, cost_usd="0.10", cost_source=CostSource.PROVIDER),
        Usage(prompt_tokens=4, cost_usd="0.05", cost_source=CostSource.PRICE_TABLE),
    ]
    total = total_usage([ModelAnswer(text="x", served_model="m", usage=one) for one in usage])
    assert (total.prompt_tokens, total.cost_usd) == (7, "0.15")
    assert total.cost_source is CostSource.PRICE_TABLE


def test_an_answer_that_is_no_pack_is_refused_after_one_re_ask():
    with pytest.raises(AnswerUnusable, match="research/B/model"):
        research(json.dumps({"macro_regime": "calm"}))


def test_a_model_that_fails_fails_as_itself():
    with pytest.raises(ModelTimeout):
        research(ModelTimeout("no answer"))
