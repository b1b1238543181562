"""Chat completions as servers really write them: odd names, odd types, missing parts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import GarbledAnswer, ModelError
from core.schemas.model_call import CostSource, FinishReason, ModelAnswer, Usage
from providers.json_wire import decode
from providers.llm.chat_completions import completion_of
from providers.llm.chat_usage import usage_of


def read(text="hi", finish="stop", message=None, **more):
    body = {"choices": [{"message": {"content": text} | (message or {}), "finish_reason": finish}]}
    return completion_of({**body, **more}, "asked/model").answer("house", 1.0)


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("stop", FinishReason.STOP),
        ("STOP", FinishReason.STOP),
        ("end_turn", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("tool_calls", FinishReason.UNKNOWN),
        ("never heard of", FinishReason.UNKNOWN),
        (None, FinishReason.UNKNOWN),
    ],
)
def test_reasons_have_their_names_and_the_unknown_is_said_to_be_unknown(raw, finish):
    assert read(finish=raw).finish_reason is finish


def test_content_in_parts_is_one_text_and_its_thoughts_are_apart():
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "a"},
        "b",
        {"type": "text", "text": "c"},
        {"type": "image_url", "image_url": {}},
        7,
    ]
    answer = read(parts)
    assert (answer.text, answer.reasoning) == ("abc", "hm")


def test_a_body_without_usage_or_model_is_an_answer_without_figures():
    answer = read()
    assert (answer.served_model, answer.usage) == ("asked/model", Usage())


def test_thoughts_told_twice_are_kept_once():
    details = [{"type": "reasoning.text", "text": "hm"}, {"type": "reasoning.encrypted"}]
    assert read(message={"reasoning": "hm", "reasoning_details": details}).reasoning == "hm"
    assert read(message={"reasoning_details": details}).reasoning == "hm"
    assert read(message={"reasoning_content": "hm", "reasoning": None}).reasoning == "hm"


def test_figures_written_as_text_count():
    usage = usage_of({"prompt_tokens": "11", "completion_tokens": 7.0, "cost": "0.10"})
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cost_usd) == (11, 7, "0.10")


@pytest.mark.parametrize(
    ("written", "cost"),
    [
        ("0.1", "0.1"),
        ("7.79e-05", "0.0000779"),
        ("1E-7", "0.0000001"),
        ("0", "0"),
        ("3", "3"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("0.12345678901234567890123", "0.12345678901234567890123"),
    ],
)
def test_a_cost_is_exact_to_the_digit_written(written, cost):
    usage = usage_of(decode(f'{{"cost": {written}}}'))
    assert (usage.cost_usd, usage.cost_source) == (cost, CostSource.PROVIDER)


@pytest.mark.parametrize(
    "cost", [None, "", "free", True, -1, [], {"upstream": 1}, "NaN", "1e9", "1e-99"]
)
def test_what_is_no_cost_is_none(cost):
    assert usage_of({"cost": cost}).cost_source is CostSource.NONE


def test_cached_tokens_are_found_under_either_name():
    assert usage_of({"prompt_cache_hit_tokens": 5}).cached_tokens == 5
    assert usage_of({"prompt_tokens_details": {"cached_tokens": 5}}).cached_tokens == 5
    assert usage_of({"prompt_tokens_details": None}).cached_tokens == 0


def test_json_that_is_no_completion_is_garbled():
    for body in ({}, {"choices": None}, {"choices": "hi"}, {"detail": "x"}):
        with pytest.raises(GarbledAnswer):
            completion_of(body, "m")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "choices message delta content reasoning reasoning_details refusal finish_reason usage "
                "cost error text model index prompt_tokens completion_tokens_details".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(["choices", "error", "usage", "model"]), json_values))
def test_any_object_at_all_is_an_answer_or_a_named_failure(body):
    body = decode(json.dumps(body))
    failed = ""
    try:
        answer = completion_of(body, "m").answer("house", 1.0)
    except ModelError as error:
        failed = str(error)
    assert "\n" not in failed
    assert failed or (isinstance(answer, ModelAnswer) and answer.text.strip())
