"""`costs` and the estimate before a run: what models cost, said on the command line."""

from __future__ import annotations

import pytest

from core.clock import SystemClock, in_new_york
from core.types import week_of
from tests.servers.council_server import council_server

LISTED = (
    "openai/gpt-5.1",
    "google/gemini-3-pro-preview",
    "anthropic/claude-sonnet-4.5",
    "anthropic/claude-opus-4.5",
    "x-ai/grok-4",
    "google/gemini-2.5-flash",
)


@pytest.fixture
def gateway(root):
    """A live desk whose OpenRouter is on loopback."""
    with council_server(models=LISTED) as server:
        models = root / "config" / "models.yaml"
        text = models.read_text().replace(
            "openrouter: {concurrency: 16,",
            f'openrouter: {{base_url: "{server.url}", concurrency: 16,',
        )
        models.write_text(text)
        (root / ".env").write_text("OPENROUTER_API_KEY=sk-or-canary-0123456789\n")
        yield server


def test_a_run_says_what_it_may_cost_and_costs_says_what_it_did(council, gateway, tmp_path):
    store = tmp_path / "mine.db"
    ran = council("run_weekly", "--store", store)
    assert (ran.code, "sk-or-canary" in ran.out + ran.err) == (0, False)
    assert "a week is likely to cost about $" in ran.out
    assert "budget: $25.00 a week" in ran.out
    week = week_of(in_new_york(SystemClock().now()).date())
    told = council("costs", "--week", week, "--store", store)
    assert told.code == 0
    assert f"week {week}: $0." in told.out
    as_json = council("costs", "--week", week, "--store", store, "--json").json
    assert sum(line["calls"] for line in as_json["lines"]) >= len(gateway.bodies)
    assert as_json["by_source"]["provider"] == as_json["total_usd"]


def test_a_week_of_rules_cost_nothing(council, tmp_path):
    store = tmp_path / "mine.db"
    ran = council("run_weekly", "--profile", "rules", "--store", store)
    assert "likely to cost" not in ran.out
    told = council("costs", "--store", store)
    assert told.code == 0
    assert "$0.00" in told.out


def test_costs_of_a_store_that_is_not_there_make_none(council, tmp_path):
    council("costs", "--store", tmp_path / "none.db").check_refused("there is no store at")
    assert not (tmp_path / "none.db").exists()
