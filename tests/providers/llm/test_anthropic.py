"""Claude over a real socket: what is sent, what comes back, and every way it fails."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from core.errors import (
    AnswerLost,
    CallRejected,
    GarbledAnswer,
    GenerationFailed,
    KeyRejected,
    ModelEmpty,
    ModelRefused,
    ModelTimeout,
    ModelTruncated,
    ModelUnavailable,
    OutOfCredit,
    RateLimited,
    StreamFailed,
    UnknownModel,
)
from core.schemas.model_call import FinishReason, Message
from providers.llm.anthropic import Anthropic, takes_temperature
from tests.providers.llm.leaks import everything_said
from tests.providers.llm.maker_calls import FAST, PRICE, MakerCalls
from tests.servers.vendor_server import Told, events, plain, vendor_server

CANARY = "canary-4b1d6f0a92c857e3-anthropic"
USAGE = {"input_tokens": 11, "cache_read_input_tokens": 5, "output_tokens": 7}
CALLS = MakerCalls(Anthropic, "pitch/acct_3", "claude-sonnet-4-5", CANARY)
request, ask, fails = CALLS.request, CALLS.ask, CALLS.fails


def message(text: str = "hi", **more):
    content = [{"type": "text", "text": text}]
    fields = {"type": "message", "role": "assistant", "model": "claude-served", "content": content}
    return {**fields, "stop_reason": "end_turn", "usage": USAGE, **more}


def begun(**more):
    return {"type": "message_start", "message": message(content=[], stop_reason=None, **more)}


def delta(text: str, kind: str = "text", index: int = 0):
    piece = {"type": f"{kind}_delta", kind: text}
    return {"type": "content_block_delta", "index": index, "delta": piece}


def ended(why: str = "end_turn", **usage: int):
    return {"type": "message_delta", "delta": {"stop_reason": why}, "usage": usage}


STOP = {"type": "message_stop"}


def test_the_conversation_goes_out_with_its_instructions_apart_and_the_key_in_a_header():
    _, (asked,) = ask(plain(message()))
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == CANARY
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.body == {
        "model": "claude-sonnet-4-5",
        "system": "be short",
        "messages": [
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "hi"},
            {"role": "user", "content": "price?"},
        ],
        "temperature": 0.5,
        "max_tokens": 900,
        "stream": False,
    }


def test_instructions_alone_are_asked_as_a_turn():
    _, (asked,) = ask(plain(message()), messages=(Message(role="system", content="hello"),))
    assert asked.body["messages"] == [{"role": "user", "content": "hello"}]
    assert "system" not in asked.body


def test_a_schema_is_sent_closed():
    _, (asked,) = ask(plain(message("{}")), schema_name="Price", json_schema=PRICE)
    assert asked.body["output_config"] == {
        "format": {"type": "json_schema", "schema": {**PRICE, "additionalProperties": False}}
    }


def test_a_schema_the_dialect_cannot_say_is_left_to_the_prompt():
    anything = {"type": "object", "additionalProperties": {"type": "number"}}
    _, (asked,) = ask(plain(message("{}")), schema_name="Prices", json_schema=anything)
    assert "output_config" not in asked.body


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("claude-3-opus-latest", True),
        ("claude-3-5-sonnet-20241022", True),
        ("claude-opus-4-20250514", True),
        ("claude-opus-4-1-20250805", True),
        ("claude-sonnet-4-5", True),
        ("claude-opus-4-6", True),
        ("claude-opus-4-7", False),
        ("claude-opus-4-10", False),
        ("claude-sonnet-5", False),
        ("claude-opus-5-20270101", False),
    ],
)
def test_temperature_goes_only_to_models_that_take_one(model, takes):
    assert takes_temperature(model) is takes
    _, (asked,) = ask(plain(message()), model=model)
    assert ("temperature" in asked.body) is takes


@pytest.mark.parametrize(
    ("words", "dropped"),
    [
        ("output_config: Extra inputs are not permitted", {"output_config"}),
        ("'claude-3-opus' does not support output format.", {"output_config"}),
        ("This model does not support structured outputs", {"output_config"}),
        ("Schema is too complex: compiled grammar is too large", {"output_config"}),
        ("`temperature` is deprecated for this model.", {"temperature"}),
    ],
)
def test_what_a_model_refuses_to_take_is_left_out_and_asked_once_more(words, dropped):
    def answer(asked, number):
        if dropped <= set(asked.body):
            error = {"type": "invalid_request_error", "message": words}
            return plain({"type": "error", "error": error}, 400)
        return plain(message())

    answered, asked = ask(answer, schema_name="Price", json_schema=PRICE)
    assert answered.text == "hi"
    assert len(asked) == 2
    assert set(asked[0].body) - set(asked[1].body) == dropped


def test_a_refusal_is_remembered_for_the_next_call():
    def answer(asked, number):
        if "output_config" in asked.body:
            return plain({"error": {"message": "output_config: not supported"}}, 400)
        return plain(message())

    with vendor_server(answer) as server:
        model = Anthropic(SecretStr(CANARY), FAST, base_url=server.url, stream=False)
        asked = request(schema_name="Price", json_schema=PRICE)
        asyncio.run(model.complete(asked))
        asyncio.run(model.complete(asked))
        assert len(server.asked) == 3


def test_leaving_out_what_did_not_help_is_forgotten():
    words = ["schema nonsense", "schema nonsense", ""]

    def answer(asked, number):
        told = {"error": {"message": words[number]}}
        return plain(told, 400) if words[number] else plain(message())

    with vendor_server(answer) as server:
        model = Anthropic(SecretStr(CANARY), FAST, base_url=server.url, stream=False)
        asked = request(schema_name="Price", json_schema=PRICE)
        with pytest.raises(CallRejected):
            asyncio.run(model.complete(asked))
        asyncio.run(model.complete(asked))
        held = ["output_config" in one.body for one in server.asked]
    assert held == [True, False, True]


def test_a_refusal_of_anything_else_is_not_asked_again():
    error = {"type": "invalid_request_error", "message": "prompt is too long"}
    with vendor_server(lambda asked, n: plain({"type": "error", "error": error}, 400)) as server:
        model = Anthropic(SecretStr(CANARY), FAST, base_url=server.url)
        with pytest.raises(CallRejected, match="prompt is too long"):
            asyncio.run(model.complete(request(schema_name="Price", json_schema=PRICE)))
        assert len(server.asked) == 1


def test_a_stream_is_put_together_and_told_while_it_is_written():
    told = []
    stream = [
        begun(),
        {"type": "ping"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking"}},
        delta("let me see", "thinking"),
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "a"}},
        *[delta("x" * 10, index=1) for _ in range(20)],
        {"type": "content_block_start", "index": 2, "content_block": {"type": "novelty"}},
        {
            "type": "content_block_delta",
            "index": 2,
            "delta": {"type": "novelty_delta", "text": "z"},
        },
        {"type": "an_event_of_tomorrow"},
        ended(output_tokens=60, input_tokens=None),
        STOP,
    ]
    answer, (asked,) = ask(
        events(*stream, named=True), stream=True, progress=lambda *heard: told.append(heard)
    )
    assert asked.body["stream"] is True
    assert answer.text == "a" + "x" * 200
    assert answer.reasoning == "let me see"
    assert answer.served_model == "claude-served"
    assert answer.finish_reason is FinishReason.STOP
    usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (16, 60, 5)
    assert [words for _, _, words in told] == ["about 20 tokens", "about 40 tokens"]
    assert {(call, model) for call, model, _ in told} == {("pitch/acct_3", "claude-sonnet-4-5")}


def test_a_stream_whose_events_have_no_names_reads_the_same():
    answer, _ = ask(events(begun(), delta("hi"), ended(), STOP), stream=True)
    assert answer.text == "hi"


def test_an_answer_that_was_complete_survives_its_broken_connection():
    told = events(begun(), delta("hi"), ended(output_tokens=9), drop="after")
    answer, _ = ask(told, stream=True)
    assert (answer.text, answer.usage.completion_tokens) == ("hi", 9)


@pytest.mark.parametrize(
    ("why", "finish"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("tool_use", FinishReason.UNKNOWN),
        ("pause_turn", FinishReason.UNKNOWN),
        (None, FinishReason.UNKNOWN),
    ],
)
def test_why_a_message_ended_is_kept(why, finish):
    answer, _ = ask(plain(message(stop_reason=why)))
    assert answer.finish_reason is finish


def test_a_message_that_leaves_out_all_it_may_is_still_an_answer():
    answer, _ = ask(plain({"content": [{"type": "text", "text": "hi"}, None, {"type": "text"}]}))
    assert (answer.text, answer.served_model) == ("hi", "claude-sonnet-4-5")
    assert answer.usage.prompt_tokens == 0


def error(kind: str, words: str):
    return {"type": "error", "error": {"type": kind, "message": words}}


FAILURES = {
    "a wrong key": (plain(error("authentication_error", f"bad {CANARY}"), 401), KeyRejected),
    "a forbidden key": (plain(error("permission_error", f"no {CANARY}"), 403), KeyRejected),
    "no credit": (
        plain(error("invalid_request_error", "Your credit balance is too low"), 400),
        OutOfCredit,
    ),
    "an unknown model": (plain(error("not_found_error", "model: claude-x"), 404), UnknownModel),
    "a bad call": (plain(error("invalid_request_error", f"odd {CANARY}"), 400), CallRejected),
    "too many calls": (plain(error("rate_limit_error", "slow down"), 429), RateLimited),
    "a fault": (plain(error("api_error", f"boom {CANARY}"), 500), ModelUnavailable),
    "overload": (plain(error("overloaded_error", "Overloaded"), 529), ModelUnavailable),
    "a page": (plain(b"<html>gateway</html>", kind="text/html"), GarbledAnswer),
    "a page with a fault": (plain(b"<html>502</html>", 502, kind="text/html"), ModelUnavailable),
    "half a JSON": (plain(b'{"content": [{"type'), GarbledAnswer),
    "another protocol": (plain({"choices": []}), GarbledAnswer),
    "an error inside 200": (plain(error("api_error", f"died {CANARY}")), GenerationFailed),
    "a hang-up": (Told([], drop="before"), AnswerLost),
    "a refusal": (plain(message(f"no {CANARY}", stop_reason="refusal")), ModelRefused),
    "nothing": (plain(message("")), ModelEmpty),
    "nothing but tools": (plain(message(content=[{"type": "tool_use", "id": "1"}])), ModelEmpty),
    "nothing at the limit": (plain(message(" ", stop_reason="max_tokens")), ModelTruncated),
    "null content": (plain(message(content=None)), ModelEmpty),
}
IN_A_STREAM = {
    "an error": ([begun(), delta("hi"), error("overloaded_error", f"full {CANARY}")], StreamFailed),
    "a first error": ([error("overloaded_error", "Overloaded")], StreamFailed),
    "an end too soon": ([begun(), delta("hi")], StreamFailed),
    "no event": ([], StreamFailed),
    "a refusal": ([begun(), delta("n"), ended("refusal"), STOP], ModelRefused),
    "no text": ([begun(), ended(), STOP], ModelEmpty),
    "no text at the limit": ([begun(), ended("max_tokens"), STOP], ModelTruncated),
}
BROKEN = {
    "a hang-up": (events(begun(), delta("hi"), drop="after"), StreamFailed),
    "no JSON": (Told([b"data: nonsense\n\n"], kind="text/event-stream"), GarbledAnswer),
    "an array": (Told([b"data: []\n\n"], kind="text/event-stream"), GarbledAnswer),
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", FAILURES)
def test_every_way_to_fail_has_its_name_and_never_shows_the_key(name, stream):
    fails(*FAILURES[name], stream=stream)


@pytest.mark.parametrize("name", IN_A_STREAM)
def test_every_way_a_stream_fails_has_its_name_and_never_shows_the_key(name):
    stream, failure = IN_A_STREAM[name]
    fails(events(*stream, named=True), failure, stream=True)


@pytest.mark.parametrize("name", BROKEN)
def test_a_stream_that_breaks_has_its_name_and_never_shows_the_key(name):
    fails(*BROKEN[name], stream=True)


def test_what_a_failed_call_cost_is_kept():
    refused = fails(plain(message(stop_reason="refusal")), ModelRefused, stream=False)
    assert (refused.usage.prompt_tokens, refused.usage.completion_tokens) == (16, 7)
    broken = fails(events(begun(), delta("hi"), drop="after"), StreamFailed, stream=True)
    assert broken.usage.prompt_tokens == 16


def test_a_refusal_says_why_where_the_model_does():
    details = {"type": "refusal", "category": "cyber", "explanation": "it could do harm"}
    failure = fails(
        plain(message("", stop_reason="refusal", stop_details=details)), ModelRefused, stream=False
    )
    assert "it could do harm" in str(failure)


@pytest.mark.parametrize("stream", [True, False])
def test_the_deadline_bounds_the_whole_call_also_when_it_is_asked_again(stream):
    def answer(asked, number):
        if number == 0:
            return plain({"error": {"message": "temperature: not permitted"}}, 400)
        return events(begun(), *[delta("x") for _ in range(40)], pause_s=0.1)

    with pytest.raises(ModelTimeout) as caught:
        ask(answer, stream=stream, timeout_s=0.4)
    assert CANARY not in everything_said(caught.value)
    if stream:
        assert caught.value.usage.prompt_tokens == 16


def test_nobody_listening_is_one_clear_line():
    model = Anthropic(SecretStr(CANARY), FAST, base_url="http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match=r"cannot connect to 127\.0\.0\.1") as caught:
        asyncio.run(model.complete(request()))
    assert CANARY not in everything_said(caught.value)
    assert CANARY not in repr(vars(model))


def test_a_key_no_header_can_carry_is_refused_without_being_shown():
    model = Anthropic(SecretStr(f"{CANARY}é\n"), FAST, base_url="http://127.0.0.1:9")
    with pytest.raises(KeyRejected) as caught:
        asyncio.run(model.complete(request()))
    assert CANARY not in everything_said(caught.value)
