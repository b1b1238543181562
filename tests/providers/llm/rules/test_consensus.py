"""Where a pitch stands to the two research packs."""

from __future__ import annotations

import pytest

from core.schemas.pitch import Agreement
from core.schemas.research import ResearchOutcome, ResearchPack
from providers.llm.rules import STRATEGIES
from tests.fakes.snapshots import (
    asset,
    pitch_brief,
    snapshot,
)
from tests.fakes.week import AS_OF, WEEK, findings

RISEN = {"return_60d": 0.15, "return_20d": 0.06, "distance_sma_200": 0.10, "distance_sma_50": 0.04}


def pitched(name, *assets, pack_a=None):
    return STRATEGIES[name](pitch_brief(snapshot(*assets), pack_a))


def pack(**changes):
    plain = findings(**changes).model_dump()
    made = ResearchPack(**plain, week_id=WEEK, asof_et=AS_OF, research_source="A")
    return ResearchOutcome(source="A", pack=made)


@pytest.mark.parametrize(
    ("bias", "agreement"),
    [
        ("bullish", Agreement.AGREE),
        ("bearish", Agreement.DISAGREE),
        ("neutral", Agreement.MIXED),
    ],
)
def test_agreement_with_a_pack_follows_its_candidate(bias, agreement):
    candidate = findings().model_dump()["tradable_candidates"][0]
    candidate |= {"instrument": "GLD", "directional_bias": bias}
    answer = pitched(
        "rules/trend", asset("GLD", **RISEN), pack_a=pack(tradable_candidates=[candidate])
    )
    assert answer.consensus_map.gemini_research is agreement
    assert answer.consensus_map.perplexity_research is None


@pytest.mark.parametrize(
    ("symbol", "mode", "agreement"),
    [
        ("QQQ", "risk_on", Agreement.AGREE),
        ("QQQ", "risk_off", Agreement.DISAGREE),
        ("GLD", "risk_off", Agreement.AGREE),
        ("GLD", "mixed", Agreement.MIXED),
    ],
)
def test_without_a_candidate_the_packs_risk_mode_speaks(symbol, mode, agreement):
    regime = findings().model_dump()["macro_regime"] | {"risk_mode": mode}
    answer = pitched("rules/trend", asset(symbol, **RISEN), pack_a=pack(macro_regime=regime))
    assert answer.consensus_map.gemini_research is agreement


def test_an_empty_pack_neither_agrees_nor_is_missing():
    empty = pack(top_narratives=[], tradable_candidates=[], event_calendar_next_7d=[])
    answer = pitched("rules/trend", asset("GLD", **RISEN), pack_a=empty)
    assert answer.consensus_map.gemini_research is Agreement.MIXED
