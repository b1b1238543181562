"""Strategies and agents come from files and variables; nothing of them is in the council's fingerprint."""

from __future__ import annotations

import shutil
from datetime import time

import pytest

from config.settings import load_settings
from core.agents import AgentName
from core.errors import BadInput, ConfigError
from tests.fixture_files import ROOT


@pytest.fixture
def root(tmp_path):
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignored)
    return tmp_path


@pytest.fixture
def edit(root):
    def edited(name: str, old: str, new: str):
        file = root / "config" / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))
        return root

    return edited


def test_the_council_and_the_equity_cycle_ship_and_only_the_council_is_on(root):
    on = {strategy.name: strategy.enabled for strategy in load_settings(root, {}).strategies}
    assert on == {"macro_council": True, "equity_cycle": False}


def test_every_agent_of_the_rules_profile_is_a_rules_model(root):
    agents = load_settings(root, {}).agents
    assert {agent: agents.of(agent).model for agent in AgentName} == {
        AgentName.DATA_ANALYST: "rules/data-analyst",
        AgentName.RISK_MANAGER: "rules/risk-manager",
        AgentName.VALIDATOR: "rules/validator",
        AgentName.META_DECISION: "rules/meta-decision",
    }


def test_a_live_profile_has_three_sonnets_and_an_opus(root):
    agents = load_settings(root, {"OPENROUTER_API_KEY": "sk-or-test"}, profile="live").agents
    sonnet, opus = "anthropic/claude-sonnet-4.5", "anthropic/claude-opus-4.5"
    assert [agents.of(agent).model for agent in AgentName] == [sonnet, sonnet, sonnet, opus]


def test_a_variable_names_one_agents_model(root):
    agents = load_settings(root, {"LLM_META_AGENT_MODEL": "openai/gpt-5.1"}).agents
    assert agents.meta_decision.model == "openai/gpt-5.1"
    assert agents.validator.model == "rules/validator"


def test_a_model_that_is_none_is_refused_with_its_variable(root):
    with pytest.raises(ConfigError, match="LLM_VALIDATOR_MODEL: 'no model' is no model"):
        load_settings(root, {"LLM_VALIDATOR_MODEL": "no model"})


def test_scan_times_of_the_environment_are_the_cycles(root):
    settings = load_settings(root, {"SCHEDULE_SCAN_TIMES": '["10:15"]'})
    assert settings.strategy("equity_cycle").schedule.cycles == (time(10, 15),)


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ("11:00", "is no list of times"),
        ('["25:00"]', "is no list of times"),
        ('["14:30", "11:00"]', "cycles must be in order"),
        ('["02:00"]', "nothing may be scheduled from 01:00 to 03:00"),
    ],
)
def test_scan_times_that_make_no_sense_are_refused(root, times, why):
    with pytest.raises(ConfigError, match=why):
        load_settings(root, {"SCHEDULE_SCAN_TIMES": times})


def test_strategies_and_agents_are_no_part_of_the_councils_fingerprint(edit):
    before = load_settings(edit("strategies.yaml", "capital: 100000", "capital: 100000"), {})
    root = edit("strategies.yaml", "enabled: false", "enabled: true")
    after = load_settings(root, {"LLM_META_AGENT_MODEL": "openai/gpt-5.1"})
    assert after.strategies != before.strategies
    assert after.policy.fingerprint() == before.policy.fingerprint()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "account: acct_7",
            "account: acct_5",
            "account acct_5 of equity_cycle is already Council's",
        ),
        ("name: equity_cycle", "name: macro_council", "strategy macro_council is there twice"),
        ("pipeline: cycle", "pipeline: daily", "strategies.yaml:11"),
        ("broker: simulated", "broker: alpaca", "broker: 'alpaca' is not allowed"),
        ("max_position_pct: 0.20", "max_position_pct: 1.20", "max_position_pct"),
        ("    account: acct_7 #", "    # account: acct_7 #", "a cycle needs an account of its own"),
    ],
)
def test_a_strategy_that_cannot_be_is_refused_in_one_line(edit, old, new, why):
    root = edit("strategies.yaml", old, new)
    with pytest.raises(ConfigError, match=why) as caught:
        load_settings(root, {})
    assert "\n" not in str(caught.value)


def test_an_unknown_strategy_is_named_with_those_there_are(root):
    with pytest.raises(BadInput, match="use one of macro_council, equity_cycle"):
        load_settings(root, {}).strategy("momentum")
