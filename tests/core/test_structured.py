"""A schema is asked for at most twice, and every raw answer is kept."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.errors import (
    AnswerUnusable,
    ModelRefused,
    ModelUnavailable,
    NotJson,
    SchemaMismatch,
    TruncatedJson,
)
from core.schemas.model_call import FinishReason, Message, ModelAnswer, ModelRequest
from core.structured import ask, extract_json


class Leg(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    symbol: str
    quantity: int = Field(ge=0)


class Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    direction: Literal["LONG", "SHORT"]
    legs: tuple[Leg, ...]
    reason: str


GOOD = '{"direction": "LONG", "legs": [{"symbol": "SPY", "quantity": 25}], "reason": "trend"}'
REQUEST = ModelRequest(
    call="pitch/acct_1", model="rules/trend", messages=(Message(role="user", content="Trade?"),)
)


class ScriptedModel:
    """Answers in order; remembers what it was asked."""

    def __init__(self, *answers: ModelAnswer | str | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[ModelRequest] = []

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return ModelAnswer(text=answer, served_model="scripted")
        return answer


def asked(model: ScriptedModel, check=None):
    return asyncio.run(ask(model, REQUEST, Order, check))


def test_a_good_answer_is_one_call_with_the_schema_in_the_request():
    model = ScriptedModel(GOOD)
    answer = asked(model)
    assert answer.value.legs[0].quantity == 25
    assert [attempt.text for attempt in answer.attempts] == [GOOD]
    assert not answer.repaired
    (request,) = model.requests
    assert request.schema_name == "Order"
    assert request.json_schema == Order.model_json_schema()
    assert request.attempt == 1


def test_fences_and_prose_are_mended_without_another_call():
    model = ScriptedModel(f"Here it is:\n```json\n{GOOD}\n```\nGood luck!")
    answer = asked(model)
    assert answer.repaired
    assert answer.value.direction == "LONG"
    assert len(model.requests) == 1


def test_the_re_ask_quotes_the_answer_and_says_what_is_wrong_in_plain_words():
    bad = '{"direction": "UP", "legs": [{"symbol": "SPY", "quantity": -1}], "reason": "```x"}'
    model = ScriptedModel(bad, GOOD)
    answer = asked(model)
    assert [attempt.text for attempt in answer.attempts] == [bad, GOOD]
    question, quote, complaint = model.requests[1].messages
    assert question == REQUEST.messages[0]
    assert quote.role == "assistant"
    assert quote.content == f"````quoted\n{bad}\n````"
    assert complaint.role == "user"
    assert "direction: Input should be 'LONG' or 'SHORT'" in complaint.content
    assert "legs.0.quantity: Input should be greater than or equal to 0" in complaint.content
    assert "http" not in complaint.content
    assert model.requests[1].attempt == 2
    assert model.requests[1].json_schema == Order.model_json_schema()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("No idea.", NotJson),
        (GOOD[:-40], TruncatedJson),
        ("```json\n" + GOOD[:-1] + "\n```", TruncatedJson),
        ('{"direction": "LONG"}', SchemaMismatch),
        ("[1, 2]", SchemaMismatch),
        (GOOD.replace("trend", "..."), SchemaMismatch),
        (GOOD.replace("trend", "<one sentence>"), SchemaMismatch),
        ('{"direction": "LONG", "direction": "SHORT"}', NotJson),
    ],
)
def test_two_unusable_answers_end_it_with_both_kept(text, fault):
    model = ScriptedModel(text, text, GOOD)
    with pytest.raises(
        AnswerUnusable, match=r"^pitch/acct_1: rules/trend gave no usable"
    ) as caught:
        asked(model)
    assert isinstance(caught.value.fault, fault)
    assert [attempt.text for attempt in caught.value.attempts] == [text, text]
    assert len(model.requests) == 2
    assert "\n" not in str(caught.value)


def test_a_length_stop_is_truncated_even_when_the_text_looks_whole():
    cut = ModelAnswer(text=GOOD, served_model="m", finish_reason=FinishReason.LENGTH)
    with pytest.raises(AnswerUnusable) as caught:
        asked(ScriptedModel(cut, cut))
    assert isinstance(caught.value.fault, TruncatedJson)


def test_a_refusal_is_not_asked_again():
    refusal = ModelAnswer(text="I can't.", served_model="m", finish_reason=FinishReason.REFUSAL)
    model = ScriptedModel(refusal, GOOD)
    with pytest.raises(ModelRefused, match="m refused to answer"):
        asked(model)
    assert len(model.requests) == 1


def test_an_error_of_the_port_comes_through_as_it_is():
    with pytest.raises(ModelUnavailable, match="down"):
        asked(ScriptedModel(ModelUnavailable("down")))
    with pytest.raises(ModelUnavailable, match="down"):
        asked(ScriptedModel("No idea.", ModelUnavailable("down")))


def test_a_check_across_fields_is_quoted_like_a_schema_error():
    def universe(order: Order) -> None:
        for leg in order.legs:
            if leg.symbol not in ("QQQ", "TLT"):
                raise ValueError(f"legs: {leg.symbol} is not traded here: QQQ or TLT")

    model = ScriptedModel(GOOD, GOOD.replace("SPY", "QQQ"))
    assert asked(model, universe).value.legs[0].symbol == "QQQ"
    assert "legs: SPY is not traded here: QQQ or TLT" in model.requests[1].messages[-1].content


def test_many_faults_are_a_short_list():
    legs = ",".join('{"symbol": 1, "quantity": "x"}' for _ in range(20))
    text = f'{{"direction": "LONG", "legs": [{legs}], "reason": "r"}}'
    with pytest.raises(AnswerUnusable, match=r"and 28 more$"):
        asked(ScriptedModel(text, text))


def test_extract_json_is_offered_here_too():
    assert extract_json("so: {'a': 1}") == {"a": 1}
