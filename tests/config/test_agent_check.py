"""Before a cycle pays anything: keys, models, credit and budget, each in one line with the way out."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from config.agent_check import agent_check
from config.connections import ProviderSpec
from config.cycles import CycleModels
from config.language_models import language_models, price_list
from config.own_keys import secrets_of
from config.settings import Settings, load_settings
from config.wiring import open_store
from core.clock import FixedClock
from core.desk.cycle_check import AGENTS
from core.desk.writing import new_event
from core.errors import PreflightFailed
from core.events.calls import ModelFellBack
from core.events.envelope import Append
from core.ports import unheard
from core.schemas.model_call import CostSource, Usage
from core.types import StreamId
from tests.cli.clean_environment import copied_root
from tests.fakes.week import AS_OF, WEEK
from tests.servers.council_server import CouncilServer, council_server

SONNET, OPUS = "anthropic/claude-sonnet-4.5", "anthropic/claude-opus-4.5"


@pytest.fixture
def root(tmp_path) -> Path:
    return copied_root(tmp_path / "root")


@pytest.fixture
def server():
    with council_server(models=(SONNET, OPUS)) as served:
        yield served


def live(server: CouncilServer, root: Path, key: bool = True, **cast: object) -> Settings:
    (root / ".env").write_text("OPENROUTER_API_KEY=sk-or-test-0123456789\n" if key else "")
    settings = load_settings(root, {}, profile="live", store="sqlite://")
    if not key:
        return settings
    gateway = ProviderSpec(base_url=server.url, concurrency=16, per_minute=10_000)
    endpoints = {**settings.endpoints, "openrouter": gateway}
    agents = settings.agents.model_copy(update=cast)
    return settings.model_copy(update={"endpoints": endpoints, "agents": agents})


def checked(settings: Settings, spent: str = "0", agents=AGENTS) -> None:
    store = open_store(settings)
    if Decimal(spent):
        paid = ModelFellBack(
            request_hash="h",
            model=SONNET,
            error="ModelTimeout",
            message="late",
            next_model=OPUS,
            usage=Usage(cost_usd=spent, cost_source=CostSource.PROVIDER),
        )
        stream = StreamId("run/another/cycle/validator")
        store.commit([Append(stream, [new_event(stream, paid, [1], AS_OF, week_id=WEEK)], 0)])
    secrets, prices = secrets_of(settings), price_list(settings)
    model = language_models(settings, secrets, unheard)
    models = CycleModels.of(store, model, settings.agents, prices, FixedClock(AS_OF))
    check = agent_check(settings, secrets, models)
    assert check is not None
    asyncio.run(check(WEEK, agents))


def test_what_can_be_asked_and_paid_passes(server, root):
    checked(live(server, root), spent="5")


def test_agents_that_are_rules_are_asked_nothing(root):
    settings = load_settings(root, {}, profile="rules", store="sqlite://")
    models = CycleModels.of(open_store(settings), None, settings.agents, None, FixedClock(AS_OF))
    assert agent_check(settings, secrets_of(settings), models) is None


def test_a_missing_key_is_named_with_every_model_it_would_ask(server, root):
    with pytest.raises(PreflightFailed, match="OPENROUTER_API_KEY") as raised:
        checked(live(server, root, key=False))
    assert str(raised.value).count("cannot be asked") == 2
    assert "\n" not in str(raised.value)


def test_discovery_needs_its_own_model_alone(server, root):
    server.models = (SONNET,)
    checked(live(server, root), agents=("discovery",))
    with pytest.raises(PreflightFailed, match=f"no model {OPUS}"):
        checked(live(server, root))


def test_a_budget_that_is_spent_stops_it_before_the_first_call(server, root):
    with pytest.raises(PreflightFailed, match=r"\$9\.95 of \$10\.00 .*agents week_usd"):
        checked(live(server, root), spent="9.95")


def test_a_model_without_a_price_is_named(server, root):
    settings = live(server, root)
    prices = {name: price for name, price in settings.prices.items() if name != OPUS}
    with pytest.raises(PreflightFailed, match=f"no price for {OPUS}"):
        checked(settings.model_copy(update={"prices": prices}))


def test_credit_that_does_not_reach_is_named(server, root):
    server.credit = 0.01
    with pytest.raises(PreflightFailed, match="of credit left"):
        checked(live(server, root))
