"""Every answer says what it cost and where the figure came from."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from core.errors import ModelTruncated, ModelUnavailable
from core.prices import prompt_tokens
from core.schemas.model_call import CostSource, Message, Usage
from providers.llm.priced import PricedModel
from tests.fakes.spending import SayingModel, answer, prices, request


def ask(said, model="vendor/dear"):
    return asyncio.run(
        PricedModel(SayingModel(lambda _: said), prices()).complete(request(model=model))
    )


def cost(said, model="vendor/dear"):
    usage = ask(said, model).usage
    return usage.cost_usd, usage.cost_source


def test_the_providers_own_figure_is_kept():
    assert cost(answer("0.0417", prompt=10, completion=20)) == ("0.0417", CostSource.PROVIDER)


def test_without_one_the_table_gives_it_exactly():
    assert cost(answer(prompt=1, completion=1)) == ("0.000018", CostSource.PRICE_TABLE)


def test_cached_tokens_cost_their_own_price():
    said = answer(prompt=1_000, completion=0)
    usage = said.usage.model_copy(update={"cached_tokens": 900})
    said = said.model_copy(update={"usage": usage})
    assert cost(said) == ("0.00057", CostSource.PRICE_TABLE)


def test_more_cached_tokens_than_tokens_never_make_a_call_cheaper_than_free():
    said = answer(prompt=10, completion=0)
    usage = said.usage.model_copy(update={"cached_tokens": 900})
    assert Decimal(cost(said.model_copy(update={"usage": usage}))[0]) >= 0


def test_a_served_model_with_a_price_of_its_own_is_what_is_billed():
    said = answer(served="vendor/cheap", prompt=1_000_000, completion=0)
    assert Decimal(cost(said)[0]) == Decimal("0.3")


def test_a_served_id_spelled_by_its_maker_costs_what_was_asked():
    said = answer(served="vendor/4.6-dear-20260217", prompt=1_000_000, completion=0)
    assert Decimal(cost(said)[0]) == 3


def test_a_search_costs_its_fee_although_the_served_id_does_not_name_it():
    said = answer(served="vendor/dear", prompt=1_000_000, completion=0)
    assert Decimal(cost(said, "vendor/dear:online")[0]) == Decimal("3.02")


def test_a_sellers_variant_costs_what_the_model_costs():
    assert Decimal(cost(answer(prompt=1_000_000), "vendor/cheap:nitro")[0]) == Decimal("0.3")


@pytest.mark.parametrize("model", ["house/llama3.1", "vendor/dear:free"])
def test_a_free_endpoint_costs_nothing_and_says_so(model):
    assert cost(answer(prompt=50, completion=50), model) == ("0", CostSource.PRICE_TABLE)


def test_a_flat_fee_needs_no_tokens():
    assert cost(answer(), "vendor/search") == ("1.5", CostSource.PRICE_TABLE)


def test_nobody_knows_the_cost_of_an_unlisted_model_or_of_uncounted_tokens():
    assert cost(answer(prompt=50), "vendor/unlisted")[1] is CostSource.NONE
    assert cost(answer(), "vendor/dear")[1] is CostSource.NONE


def test_rules_are_passed_on_as_they_are():
    assert cost(answer(prompt=1), "rules/trend") == ("0", CostSource.NONE)


def test_a_failure_that_was_billed_says_what_it_cost():
    failed = ModelTruncated("cut off", usage=Usage(completion_tokens=1_000_000))
    with pytest.raises(ModelTruncated) as caught:
        ask(failed)
    assert Decimal(caught.value.usage.cost_usd) == 15
    assert caught.value.usage.cost_source is CostSource.PRICE_TABLE


def test_a_failure_nobody_was_billed_for_says_nothing():
    with pytest.raises(ModelUnavailable) as caught:
        ask(ModelUnavailable("no connection"))
    assert caught.value.usage is None


def test_a_prompt_is_counted_by_its_bytes_and_with_its_schema():
    plain = request(messages=(Message(role="user", content="x" * 10),))
    assert prompt_tokens(plain) == 4
    assert prompt_tokens(request(messages=(Message(role="user", content="市" * 10),))) == 10
    assert prompt_tokens(plain.model_copy(update={"json_schema": {"a": 1}})) == 6
