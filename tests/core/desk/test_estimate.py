"""What a week will cost is told before it is run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from config.settings import load_settings
from core.desk.estimate import TYPICAL, estimate_week
from core.prices import PriceList


@pytest.fixture
def live():
    settings = load_settings(env={}, profile="live", store="sqlite://")
    return settings.policy, PriceList(settings.prices)


def line(estimate, stage, model):
    (found,) = (one for one in estimate.lines if (one.stage, one.model) == (stage, model))
    return found


def test_a_live_week_counts_every_seat_twice_and_each_researcher_once(live):
    policy, prices = live
    estimate = estimate_week(policy, prices)
    calls = {}
    for one in estimate.lines:
        calls[one.stage] = calls.get(one.stage, 0) + one.calls
    editors = sum(spec.editor is not None for spec in policy.profile.researchers.values())
    seats = len(policy.seats)
    alone = {"chairman": 1, "postmortem": 1}
    assert calls == {"research": 2 + editors, "pitch": seats, "peer_review": seats, **alone}
    assert estimate.unpriced == ()
    assert 0 < estimate.low < estimate.likely < estimate.worst
    assert "typical sizes" in str(estimate)


DIRECT = {
    "claude-sonnet-4-5": "anthropic/claude-sonnet-4.5",
    "claude-opus-4-5-20251101": "anthropic/claude-opus-4.5",
    "gpt-5.1": "openai/gpt-5.1",
    "gpt-5.1-2025-11-13": "openai/gpt-5.1",
    "gemini-3-pro-preview": "google/gemini-3-pro-preview",
    "gemini-2.5-flash": "google/gemini-2.5-flash",
}


@pytest.mark.parametrize(("makers", "gateways"), DIRECT.items())
def test_a_model_asked_of_its_maker_has_the_price_it_has_at_the_gateway(live, makers, gateways):
    _, prices = live
    assert prices.of(makers) == prices.of(gateways) is not None


def test_a_model_nobody_priced_has_no_price_whatever_its_date(live):
    _, prices = live
    assert prices.of("claude-sonnet-9-20301101") is None
    assert prices.of("gpt-5.1-mini") is None


def test_a_call_costs_its_typical_size_at_the_tables_price(live):
    policy, prices = live
    seat = policy.seats[0]
    price, size = prices.of(seat.model), TYPICAL["pitch"]
    found = line(estimate_week(policy, prices), "pitch", seat.model)
    assert found.likely == price.cost(size.prompt, size.completion)
    most = policy.profile.settings_for("pitch").max_tokens
    assert found.largest == price.cost(2 * size.prompt, most)
    assert found.worst == 2 * found.largest


def test_a_research_job_is_paid_once_whatever_happens(live):
    policy, prices = live
    found = line(estimate_week(policy, prices), "research", "perplexity/agent-high")
    assert (found.low, found.worst) == (Decimal("1.5"), Decimal("1.5"))


def test_past_weeks_replace_the_typical_sizes_and_it_says_so(live):
    policy, prices = live
    seat = policy.seats[0]
    estimate = estimate_week(policy, prices, {"pitch": (1_000, 100), "council": (5, 5)})
    found = line(estimate, "pitch", seat.model)
    assert found.likely == prices.of(seat.model).cost(1_000, 100)
    assert estimate.measured == ("pitch",)
    assert "past weeks (pitch)" in estimate.basis


def test_a_model_without_a_price_is_named_and_not_taken_for_free(live):
    policy, prices = live
    seat = policy.seats[0].model
    table = {name: price for name, price in prices.table.items() if name != seat}
    estimate = estimate_week(policy, PriceList(table))
    assert estimate.unpriced == (seat,)
    assert f"no price for {seat}" in str(estimate)


def test_a_house_server_is_free_and_rules_are_not_calls():
    settings = load_settings(env={}, profile="local", store="sqlite://")
    free = PriceList(settings.prices, lambda model: model.startswith("ollama/"))
    estimate = estimate_week(settings.policy, free)
    assert (estimate.worst, estimate.free) == (0, ("ollama/llama3.1",))
    rules = load_settings(env={}, profile="rules", store="sqlite://")
    assert estimate_week(rules.policy, free).lines == ()


def test_checkpoints_by_models_are_counted_where_models_decide_them(live):
    policy, prices = live
    decided = policy.checkpoints.model_copy(update={"engine": "model"})
    estimate = estimate_week(policy.model_copy(update={"checkpoints": decided}), prices)
    calls = sum(one.calls for one in estimate.lines if one.stage == "checkpoint")
    assert calls == (len(policy.seats) + 1) * 5 * len(policy.schedule.checkpoints)
