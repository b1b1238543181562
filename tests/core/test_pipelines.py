"""The weekly pipeline: nine stages in one list, run over fakes from the first to the last."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core import keys
from core.canonical import canonical_json
from core.errors import ModelTimeout
from core.events.week import ValueBound
from core.pipeline import StaleRun
from core.pipelines import weekly
from core.rendering import load_builtin
from core.schemas.decision import DecisionOrigin
from core.schemas.research import PackStatus
from tests.fakes.accounts import FakeAccounts, FakeRoute
from tests.fakes.journal import MemoryJournal
from tests.fakes.market import FakeMarket
from tests.fakes.models import FakeResearcher, ScriptedModel
from tests.fakes.week import PRICES, long, policy, research_answer, sheet, started

STAGES = [
    "market_snapshot", "research_a", "research_b", "pitch", "peer_review",
    "chairman", "risk", "order_plan", "execution",
]  # fmt: skip


def council(request):
    if request.call.startswith("pitch/"):
        return long(
            indicators=[], consensus_map={"gemini_research": "agree", "perplexity_research": None}
        )
    if request.call.startswith("peer_review/"):
        return sheet(*(one.label for one in request.brief.pitches))
    return {
        "selected_trade": {"instrument": "SPY", "direction": "LONG", "horizon": "1w"},
        "conviction": 1, "rationale": "flows", "dissent_summary": [],
        "monitoring_plan": {"checkpoints": [], "key_indicators": [], "watch_conditions": []},
    }  # fmt: skip


class Week:
    """A weekly pipeline over fakes, and what they were asked."""

    def __init__(self, script=council, journal=None, desk=None, pack_b=None):
        self.model = ScriptedModel(script)
        self.journal = journal or MemoryJournal()
        self.route = FakeRoute()
        self.pipeline = weekly(
            policy=desk or policy(),
            prompts=load_builtin(),
            model=self.model,
            researchers={
                "A": FakeResearcher(research_answer()),
                "B": FakeResearcher(pack_b or ModelTimeout("no answer within 3600 s")),
            },
            market=FakeMarket(PRICES),
            accounts=FakeAccounts(),
            route=self.route,
        )

    def run(self):
        return asyncio.run(self.pipeline.run(started(), self.journal))


def test_a_week_is_nine_stages_in_this_order():
    assert [stage.name for stage in Week().pipeline.stages] == STAGES


def test_a_week_runs_from_prices_to_orders():
    week = Week()
    after = week.run()
    assert week.journal.names == STAGES
    assert after[keys.RESEARCH_PACK_B].status is PackStatus.MISSING
    assert len(after[keys.PM_PITCHES]) == 4
    assert after[keys.CHAIRMAN_DECISION].origin is DecisionOrigin.CHAIRMAN
    assert len(week.route.submitted) == 5
    assert len(week.model.requests) == 9


def test_every_value_of_a_week_has_an_event_that_can_carry_it():
    after = Week().run()
    for key in after.keys() - {keys.RUN}:
        assert issubclass(key.event, ValueBound)
        event = key.event(run_id="run-1", stage="s", value=after[key])
        again = key.event.model_validate_json(event.model_dump_json())
        assert again.value == after[key], key.name


def test_a_resumed_week_asks_nobody_again():
    first = Week()
    done = first.run()
    second = Week(journal=first.journal)
    again = second.run()
    assert second.model.requests == []
    assert second.route.submitted == []
    assert again[keys.ORDER_INTENTS] == done[keys.ORDER_INTENTS]


def test_the_same_week_is_the_same_in_every_value():
    first, second = Week().run(), Week().run()
    assert first.keys() == second.keys()
    assert all(first[key] == second[key] for key in sorted(first.keys(), key=repr))


def test_a_week_without_a_single_pitch_still_ends_flat():
    week = Week(script=lambda _: ModelTimeout("no answer"))
    after = week.run()
    assert len(after[keys.PITCH_ABSTENTIONS]) == 4
    assert after[keys.CHAIRMAN_DECISION].origin is DecisionOrigin.NO_QUORUM
    assert after[keys.ORDER_INTENTS] == ()


def test_another_model_in_a_seat_makes_later_stages_stale():
    first = Week()
    first.run()
    base = policy()
    seats = (base.seats[0].model_copy(update={"model": "openai/gpt-6"}), *base.seats[1:])
    changed = policy(profile=base.profile.model_copy(update={"seats": seats}))
    with pytest.raises(StaleRun) as caught:
        Week(journal=first.journal, desk=changed).run()
    assert "pitch" in caught.value.stages
    assert "market_snapshot" not in caught.value.stages


def read_back(done):
    """A finished stage as a store gives it back: every value through canonical JSON."""
    values = {}
    for key, value in done.values.items():
        event = key.event(run_id="run-1", stage=done.stage, value=value)
        values[key] = key.event.model_validate_json(canonical_json(event)).value
    return replace(done, values=values)


def test_what_was_read_back_from_a_store_gives_the_very_same_prompts():
    whole = Week()
    whole.run()
    asked = {one.call: one for one in whole.model.requests}
    for done in range(len(STAGES)):
        rest = Week(journal=MemoryJournal(map(read_back, whole.journal.stages[:done])))
        rest.run()
        for request in rest.model.requests:
            assert request.model_dump() == asked[request.call].model_dump()


def test_a_crash_between_two_stages_asks_only_what_was_not_answered():
    whole = Week()
    whole.run()
    for done in range(len(STAGES)):
        rest = Week(journal=MemoryJournal(whole.journal.stages[:done]))
        after = rest.run()
        assert rest.journal.names == STAGES
        assert after[keys.CHAIRMAN_DECISION].origin is DecisionOrigin.CHAIRMAN
