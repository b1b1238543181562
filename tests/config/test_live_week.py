"""A desk with only an OpenRouter key lives its week over real sockets."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest

from config.connections import ProviderSpec
from config.settings import Settings, load_settings
from config.wiring import build_desk, open_store, scratch_desk
from core import keys
from core.call_board import CallBoard
from core.clock import FixedClock
from core.desk.replay import replay
from core.desk.summary import official_context, week_summary
from core.desk.summary_text import summary_markdown
from core.desk.weekly import run_week
from core.errors import BudgetExceeded
from core.events.calls import ModelCallCompleted, ModelFellBack, ResearchSteppedDown
from core.prices import Budget
from core.schemas.model_call import CostSource
from core.types import StoreKind, WeekId
from storage.verification import verify
from tests.cli.clean_environment import copied_root
from tests.fakes.desks import on
from tests.servers.council_server import CouncilServer, council_server

WEEK, KEY = WeekId("2024-01-03"), "sk-or-canary-0123456789"
LISTED = (
    "openai/gpt-5.1",
    "google/gemini-3-pro-preview",
    "anthropic/claude-sonnet-4.5",
    "anthropic/claude-opus-4.5",
    "x-ai/grok-4",
    "google/gemini-2.5-flash",
)


def live(server: CouncilServer, root, week_usd: str | None = "25", **more: object) -> Settings:
    """The live profile as it ships, its gateway on loopback; `root` holds the key and no more."""
    (root / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")
    settings = load_settings(root, {}, profile="live", store="sqlite://")
    gateway = ProviderSpec(base_url=server.url, concurrency=16, per_minute=10_000)
    budget = Budget(week_usd=None if week_usd is None else Decimal(week_usd))
    changes = {"endpoints": {**settings.endpoints, "openrouter": gateway}, "budget": budget}
    return settings.model_copy(update={**changes, **more})


def week_of(settings: Settings, store=None, board: CallBoard | None = None):
    store = store or open_store(settings)
    heard = {} if board is None else {"heard": board}
    clock = FixedClock(on("2024-01-03"))
    desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock, **heard)
    return store, asyncio.run(run_week(desk, WEEK))


def decoded(store, kind):
    return [store.decode(row) for row in store.read_all(types=[kind.__name__])]


@pytest.fixture
def root(tmp_path):
    return copied_root(tmp_path / "root")


@pytest.fixture
def server():
    with council_server(models=LISTED) as served:
        yield served


def test_a_week_runs_on_one_key_and_says_what_stood_in_for_what(server, root):
    board = CallBoard()
    store, done = week_of(live(server, root), board=board)
    assert done.completed
    context = official_context(store, WEEK)
    assert len(context[keys.PM_PITCHES]) == 4
    assert context[keys.CHAIRMAN_DECISION].origin == "chairman"
    pack = context[keys.RESEARCH_PACK_A].pack
    assert "GEMINI_API_KEY" in pack.stepped_down[0].because
    assert pack.research_source.startswith("google/gemini-3-pro-preview")
    assert len(decoded(store, ResearchSteppedDown)) == 2
    words = summary_markdown(week_summary(store, live(server, root).policy, WEEK))
    for vendor in ("gemini/deep-research-preview-04-2026", "perplexity/agent-high"):
        assert f" stands in for {vendor} (no " in words
    assert any("tokens" in word.told for word in board.words())
    assert verify(store).ok


def test_who_served_and_what_it_cost_is_recorded(server, root):
    store, _ = week_of(live(server, root))
    answers = [event.answer for event in decoded(store, ModelCallCompleted)]
    assert {answer.usage.cost_source for answer in answers} == {CostSource.PROVIDER}
    assert all(answer.served_model.endswith("-20260101") for answer in answers)
    assert {answer.provider for answer in answers} == {"openrouter"}


def test_a_provider_that_names_no_cost_is_priced_by_the_table(root):
    with council_server(models=LISTED, cost=None) as server:
        store, _ = week_of(live(server, root))
    usage = [event.answer.usage for event in decoded(store, ModelCallCompleted)]
    assert {one.cost_source for one in usage} == {CostSource.PRICE_TABLE}
    assert all(Decimal(one.cost_usd) > 0 for one in usage)


def test_the_budget_stops_the_run_before_the_call_and_a_higher_one_goes_on(server, root):
    store = open_store(live(server, root))
    with pytest.raises(BudgetExceeded, match=r"budget\.week_usd"):
        week_of(live(server, root, week_usd="0.2"), store)
    paid = len(server.bodies)
    answered = len(decoded(store, ModelCallCompleted))
    assert answered == paid
    week_of(live(server, root), store)
    calls = [row.stream_id for row in store.read_all(types=[ModelCallCompleted.__name__])]
    assert len(calls) == len(set(calls)) == len(server.bodies)


def test_a_model_that_fails_is_stood_in_for_and_both_are_named(root):
    def say(model: str, prompt: str) -> str | None:
        return "" if model == "x-ai/grok-4" else None

    with council_server(say, models=(*LISTED, "x-ai/grok-3")) as server:
        settings = live(server, root)
        grok = settings.policy.profile.seats[3]
        deputy = {"name": "Grok 3", "model": "openai/gpt-5.1", "vendor": "xAI"}
        seat = type(grok).model_validate({**grok.model_dump(), "fallbacks": [deputy]})
        seats = (*settings.policy.profile.seats[:3], seat)
        profile = settings.policy.profile.model_copy(update={"seats": seats})
        policy = settings.policy.model_copy(update={"profile": profile})
        changed = settings.model_copy(update={"policy": policy})
        store, _ = week_of(changed)
        asked = len(server.bodies)
        replayed = asyncio.run(replay(store, WEEK, scratch_desk(changed, store)))
    assert replayed.difference is None
    assert len(server.bodies) == asked
    fell = decoded(store, ModelFellBack)
    assert {(one.model, one.next_model, one.error) for one in fell} == {
        ("x-ai/grok-4", "openai/gpt-5.1", "ModelEmpty")
    }
    assert len(official_context(store, WEEK)[keys.PM_PITCHES]) == 4


def test_nonsense_becomes_no_decision(root):
    with council_server(lambda model, prompt: "I would rather not say. {", models=LISTED) as server:
        store, done = week_of(live(server, root))
    context = official_context(store, WEEK)
    assert done.completed
    assert context[keys.PM_PITCHES] == ()
    assert len(context[keys.PITCH_ABSTENTIONS]) == 4
    assert context[keys.CHAIRMAN_DECISION].selected_trade.direction == "FLAT"
    assert context[keys.ORDER_INTENTS] == ()


def test_the_key_is_in_no_event(server, root):
    store, _ = week_of(live(server, root))
    assert KEY not in json.dumps([row.payload for row in store.read_all()])
