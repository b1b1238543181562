"""The model picker: only what exists counts, the rules stand-in is one, and the prompt holds its brief."""

from __future__ import annotations

import asyncio

import numpy as np

from core.discovery.brief import conditions_text, discovery_brief, setup_words
from core.discovery.facts import Facts, SymbolFacts
from core.discovery.fuzzy import Holdings
from core.discovery.llm import STALE, TWICE, UNKNOWN, pick_llm, spelled
from core.discovery.measures import measure
from core.rendering import load_builtin
from core.schemas.discovery import DiscoveryAnswer, NamedSymbol
from core.schemas.model_call import Message, ModelRequest
from core.stages.asking import schema_text
from providers.llm.rules import RulesModel
from tests.core.discovery.markets import panel, series, wave, weekdays

DAYS = weekdays(130)
RISING = [100 * 1.002**n * (1 + 0.01 * (-1) ** n) for n in range(130)]
PANEL = panel(
    series("AAA", DAYS, RISING, volume=5e6),
    series("BBB", DAYS, wave(130), volume=9e6),
    series("SPY", DAYS, wave(130, 600), volume=8e6),
    series("DEAD", DAYS[:-3], wave(127), volume=9e9),
)
MEASURES = measure(PANEL)
MAY = MEASURES.bars.stale == 0
FACTS = Facts({"AAA": SymbolFacts(sector="Energy")})


def brief(**changes):
    given = {
        "strategy": "equity_cycle",
        "holdings": Holdings({"AAA": 0.1}, {"Energy": 0.1}),
        "may": MAY,
        "watchlist": ("BBB",),
        "conditions": (),
        "candidates": 10,
        "max_picks": 3,
        "benchmark": "SPY",
    }
    return discovery_brief(PANEL, MEASURES, FACTS, **{**given, **changes})


def answer(*symbols: str) -> DiscoveryAnswer:
    picks = tuple(NamedSymbol(symbol=one, score=0.7, reason="Because.") for one in symbols)
    return DiscoveryAnswer(market_view="Calm.", picks=picks)


def test_the_most_traded_living_symbols_are_shown_first():
    assert [row.symbol for row in brief().candidates] == ["SPY", "BBB", "AAA"]
    assert [row.symbol for row in brief(candidates=5).candidates] == ["SPY", "BBB", "AAA"]
    assert brief().market.returns["1 sessions"] is not None
    assert brief(benchmark="QQQ").market.returns == {
        "1 sessions": None,
        "5 sessions": None,
        "20 sessions": None,
    }


def test_what_does_not_exist_is_dead_or_is_named_twice_is_dropped_and_counted():
    heard = pick_llm(PANEL, answer("$aaa", "ZZZZ", "DEAD", "AAA", "BBB", "SPY"), MAY, 2, "x/y")
    names = np.array(PANEL.symbols)
    assert set(names[heard.verdicts.picked]) == {"AAA", "BBB"}
    assert heard.dropped[UNKNOWN] == ("ZZZZ",)
    assert heard.dropped[STALE] == ("DEAD",)
    assert heard.dropped[TWICE] == ("AAA",)
    assert sum(map(len, heard.dropped.values())) == 4
    assert heard.verdicts.pick(PANEL.index["DEAD"]).reasons == ("not named, by x/y",)


def test_symbols_are_spelled_as_the_exchange_does():
    assert [spelled(one) for one in (" brk-b", "$NVDA", "BRK/B")] == ["BRK.B", "NVDA", "BRK.B"]


def test_the_rules_stand_in_picks_relative_strength_by_the_same_schema():
    request = ModelRequest(
        call="discovery",
        model="rules/discovery",
        messages=(Message(role="user", content="x"),),
        brief=brief(),
    )
    said = asyncio.run(RulesModel().complete(request))
    picks = DiscoveryAnswer.model_validate_json(said.text).picks
    assert said.served_model == "rules/discovery"
    assert [pick.symbol for pick in picks] == ["AAA"]
    assert "in 20 sessions" in picks[0].reason


def test_the_prompt_holds_portfolio_market_and_candidates():
    text = (
        load_builtin().render("discovery", brief=brief(), schema=schema_text(DiscoveryAnswer)).text
    )
    assert "- AAA (Energy): 10.0 % of equity" in text
    assert "On the watchlist now: BBB." in text
    assert "BBB | unknown | " in text
    assert "DEAD" not in text


def test_the_market_and_a_setup_have_words():
    assert conditions_text(brief().market).startswith("stocks are ")
    words = setup_words("Energy", MEASURES, PANEL.index["AAA"])
    assert words.startswith("Energy stock, ")
    assert "momentum" in words or "overbought" in words or "oversold" in words
    assert not any(sign.isdigit() for sign in words)
