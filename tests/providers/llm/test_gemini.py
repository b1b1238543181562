"""Gemini over a real socket: what is sent, what comes back, and every way it fails."""

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
from providers.llm.gemini import Gemini
from tests.providers.llm.leaks import everything_said
from tests.providers.llm.maker_calls import FAST, PRICE, MakerCalls
from tests.servers.vendor_server import Told, events, plain, vendor_server

CANARY = "canary-90c3e5d7f1b24a68-gemini"
USAGE = {"promptTokenCount": 11, "candidatesTokenCount": 7, "thoughtsTokenCount": 3}
CALLS = MakerCalls(Gemini, "pitch/acct_2", "gemini-3-pro-preview", CANARY)
request, ask, fails = CALLS.request, CALLS.ask, CALLS.fails


def content(*parts, why: str | None = "STOP", **more):
    """An answer, or a chunk of one; a text stands for its part."""
    spoken = [{"text": part} if isinstance(part, str) else part for part in parts]
    candidate = {"content": {"parts": spoken, "role": "model"}, "index": 0}
    if why is not None:
        candidate["finishReason"] = why
    return {
        "candidates": [candidate],
        "usageMetadata": USAGE,
        "modelVersion": "gemini-served",
        **more,
    }


def test_the_conversation_goes_out_with_its_instructions_apart_and_the_key_in_a_header():
    _, (asked,) = ask(plain(content("hi")))
    assert asked.path == "/v1beta/models/gemini-3-pro-preview:generateContent"
    assert asked.headers["x-goog-api-key"] == CANARY
    assert asked.body == {
        "systemInstruction": {"parts": [{"text": "be short"}]},
        "contents": [
            {"role": "user", "parts": [{"text": "hello"}]},
            {"role": "model", "parts": [{"text": "hi"}]},
            {"role": "user", "parts": [{"text": "price?"}]},
        ],
        "generationConfig": {"temperature": 0.5, "maxOutputTokens": 900},
    }


def test_a_stream_is_asked_as_events_and_the_key_stays_out_of_the_address():
    _, (asked,) = ask(events(content("hi")), stream=True, model="models/gemini-2.5-pro")
    assert asked.path == "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"


def test_a_model_name_cannot_leave_its_place_in_the_address():
    _, (asked,) = ask(plain(content("hi")), model="../v1/x?key=1")
    assert asked.path == "/v1beta/models/..%2Fv1%2Fx%3Fkey%3D1:generateContent"


def test_instructions_alone_are_asked_as_a_turn():
    messages = (Message(role="system", content="hello"),)
    _, (asked,) = ask(plain(content("hi")), messages=messages)
    assert asked.body["contents"] == [{"role": "user", "parts": [{"text": "hello"}]}]
    assert "systemInstruction" not in asked.body


def test_a_schema_is_sent_as_json_schema():
    _, (asked,) = ask(plain(content("{}")), schema_name="Price", json_schema=PRICE)
    settings = asked.body["generationConfig"]
    assert settings["responseMimeType"] == "application/json"
    assert settings["responseJsonSchema"] == PRICE


@pytest.mark.parametrize(
    "words",
    [
        "Invalid JSON payload: Unknown name 'responseJsonSchema' at 'generation_config'",
        "The specified schema produces a constraint that has too many states for serving.",
        "JSON mode is not enabled for models/gemini-0",
    ],
)
def test_a_schema_a_model_refuses_is_left_to_the_prompt_and_asked_once_more(words):
    def answer(asked, number):
        if "responseJsonSchema" in asked.body["generationConfig"]:
            error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
            return plain({"error": error}, 400)
        return plain(content("hi"))

    with vendor_server(answer) as server:
        model = Gemini(SecretStr(CANARY), FAST, base_url=server.url, stream=False)
        asked = request(schema_name="Price", json_schema=PRICE)
        assert asyncio.run(model.complete(asked)).text == "hi"
        assert asyncio.run(model.complete(asked)).text == "hi"
        assert len(server.asked) == 3  # remembered for the second call
        assert "responseMimeType" not in server.asked[1].body["generationConfig"]


def test_a_refusal_without_a_schema_is_not_asked_again():
    error = {"code": 400, "message": "schema nonsense", "status": "INVALID_ARGUMENT"}
    with vendor_server(lambda asked, n: plain({"error": error}, 400)) as server:
        model = Gemini(SecretStr(CANARY), FAST, base_url=server.url)
        with pytest.raises(CallRejected):
            asyncio.run(model.complete(request()))
        assert len(server.asked) == 1


def test_a_stream_is_put_together_and_told_while_it_is_written():
    told = []
    stream = [
        content({"text": "let me see", "thought": True}, why=None),
        *[content("x" * 10, why=None) for _ in range(20)],
        {"usageMetadata": {"promptTokenCount": 13, "candidatesTokenCount": None}},
        {"candidates": []},
        content({"text": "", "thoughtSignature": "Es0"}, {"functionCall": {}}, None),
    ]
    answer, _ = ask(events(*stream), stream=True, progress=lambda *heard: told.append(heard))
    assert (answer.text, answer.reasoning) == ("x" * 200, "let me see")
    assert answer.served_model == "gemini-served"
    usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens) == (11, 10, 3)
    assert [words for _, _, words in told] == ["about 20 tokens", "about 40 tokens"]
    assert {(call, model) for call, model, _ in told} == {("pitch/acct_2", "gemini-3-pro-preview")}


def test_an_answer_that_was_complete_survives_its_broken_connection():
    answer, _ = ask(events(content("h", why=None), content("i"), drop="after"), stream=True)
    assert (answer.text, answer.usage.prompt_tokens) == ("hi", 11)


def test_a_whole_answer_to_a_stream_is_read_as_such():
    answer, _ = ask(plain(content("hi")), stream=True)
    assert (answer.text, answer.usage.completion_tokens) == ("hi", 10)


def test_an_answer_out_of_the_cache_says_how_much():
    usage = {**USAGE, "cachedContentTokenCount": 5}
    answer, _ = ask(plain(content("hi", usageMetadata=usage)))
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens) == (11, 5)


def test_an_answer_that_leaves_out_all_it_may_is_still_one():
    answer, _ = ask(plain({"candidates": [{"content": {"parts": [{"text": "hi"}, None]}}, None]}))
    assert (answer.text, answer.served_model) == ("hi", "gemini-3-pro-preview")
    assert (answer.usage.prompt_tokens, answer.finish_reason) == (0, FinishReason.UNKNOWN)


@pytest.mark.parametrize(
    ("why", "finish"),
    [
        ("STOP", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("OTHER", FinishReason.UNKNOWN),
        ("A_REASON_OF_TOMORROW", FinishReason.UNKNOWN),
    ],
)
def test_why_an_answer_ended_is_kept(why, finish):
    answer, _ = ask(plain(content("hi", why=why)))
    assert answer.finish_reason is finish


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("why", "failure"),
    [
        ("SAFETY", ModelRefused),
        ("RECITATION", ModelRefused),
        ("PROHIBITED_CONTENT", ModelRefused),
        ("BLOCKLIST", ModelRefused),
        ("SPII", ModelRefused),
        ("IMAGE_SAFETY", ModelRefused),
        ("MALFORMED_FUNCTION_CALL", GenerationFailed),
        ("MALFORMED_OF_TOMORROW", GenerationFailed),
    ],
)
def test_an_answer_stopped_by_the_maker_is_none(why, failure, stream):
    body = content("half", why=why)
    failed = fails(events(body) if stream else plain(body), failure, stream=stream)
    assert why in str(failed)
    assert failed.usage.prompt_tokens == 11


def error(code: int, status: str, words: str, reason: str = "") -> Told:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    body = {"code": code, "message": words, "status": status, "details": details}
    return plain({"error": body}, code)


QUOTA = "You exceeded your current quota, please check your plan and billing details."
BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": USAGE}
DIED = {"error": {"code": 500, "message": f"died {CANARY}", "status": "INTERNAL"}}
FAILURES = {
    "a wrong key": (
        error(400, "INVALID_ARGUMENT", "API key not valid. Please pass one.", "API_KEY_INVALID"),
        KeyRejected,
    ),
    "an old key": (error(400, "INVALID_ARGUMENT", f"API key expired: {CANARY}"), KeyRejected),
    "no key": (error(403, "PERMISSION_DENIED", f"unregistered caller {CANARY}"), KeyRejected),
    "a bad call": (error(400, "INVALID_ARGUMENT", f"odd {CANARY}"), CallRejected),
    "an unknown model": (
        error(404, "NOT_FOUND", "models/x is not found for API version v1beta"),
        UnknownModel,
    ),
    "a fault": (error(500, "INTERNAL", f"boom {CANARY}"), ModelUnavailable),
    "overload": (error(503, "UNAVAILABLE", "The model is overloaded"), ModelUnavailable),
    "a fault in a list": (plain([DIED], 500), ModelUnavailable),
    "a page": (plain(b"<html>gateway</html>", kind="text/html"), GarbledAnswer),
    "an array of nothing": (plain([1, {}]), GarbledAnswer),
    "half a JSON": (plain(b'{"candidates": [{'), GarbledAnswer),
    "another protocol": (plain({"choices": []}), GarbledAnswer),
    "an error inside 200": (plain(DIED), GenerationFailed),
    "a hang-up": (Told([], drop="before"), AnswerLost),
    "a blocked prompt": (plain(BLOCKED), ModelRefused),
    "nothing": (plain(content("")), ModelEmpty),
    "nothing but thoughts": (plain(content({"text": "hm", "thought": True})), ModelEmpty),
    "nothing but tools": (plain(content({"functionCall": {"name": "f"}})), ModelEmpty),
    "nothing at the limit": (plain(content(why="MAX_TOKENS")), ModelTruncated),
    "no candidate": (plain({"usageMetadata": USAGE}), ModelEmpty),
    "null candidates": (plain({"candidates": None}), ModelEmpty),
}
HALF = content("half", why=None)
IN_A_STREAM = {
    "an error": ([HALF, DIED], StreamFailed),
    "a first error": ([DIED], StreamFailed),
    "an end too soon": ([HALF], StreamFailed),
    "feedback that blocks nothing": ([{**HALF, "promptFeedback": {}}], StreamFailed),
    "no event": ([], StreamFailed),
    "a blocked prompt": ([BLOCKED], ModelRefused),
    "no text": ([content()], ModelEmpty),
    "no text at the limit": ([content(why="MAX_TOKENS")], ModelTruncated),
}
BROKEN = {
    "a hang-up": (events(HALF, drop="after"), StreamFailed),
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
    fails(events(*stream), failure, stream=True)


@pytest.mark.parametrize("name", BROKEN)
def test_a_stream_that_breaks_has_its_name_and_never_shows_the_key(name):
    fails(*BROKEN[name], stream=True)


@pytest.mark.parametrize("words", ["Resource has been exhausted", QUOTA])
def test_a_quota_of_the_minute_is_a_rate_limit_and_no_question_of_money(words):
    fails(error(429, "RESOURCE_EXHAUSTED", words), RateLimited, stream=False)


def test_prepaid_credit_that_is_used_up_is_a_question_of_money():
    told = error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.")
    fails(told, OutOfCredit, stream=False)


@pytest.mark.parametrize("listed", [True, False])
def test_the_wait_google_asks_for_in_its_body_is_kept(listed):
    delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1000.5s"}
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{}, delay]}}
    with vendor_server(lambda asked, n: plain([body] if listed else body, 429)) as server:
        model = Gemini(SecretStr(CANARY), FAST, base_url=server.url)
        with pytest.raises(RateLimited, match=r"asked to wait 1000\.5 s"):
            asyncio.run(model.complete(request()))
        assert len(server.asked) == 1  # the deadline would pass first


def test_a_stream_answered_as_one_array_is_read_part_by_part():
    answer, _ = ask(plain([content("h", why=None), content("i")]), stream=True)
    assert (answer.text, answer.usage.prompt_tokens) == ("hi", 11)


def test_what_a_broken_stream_cost_is_kept():
    broken = fails(events(HALF, drop="after"), StreamFailed, stream=True)
    assert broken.usage.prompt_tokens == 11


@pytest.mark.parametrize("stream", [True, False])
def test_the_deadline_bounds_the_whole_call(stream):
    with pytest.raises(ModelTimeout, match=r"within 0\.3 s") as caught:
        ask(events(*[HALF] * 40, pause_s=0.1), stream=stream, timeout_s=0.3)
    assert CANARY not in everything_said(caught.value)
    if stream:
        assert caught.value.usage.prompt_tokens == 11


def test_nobody_listening_is_one_clear_line():
    model = Gemini(SecretStr(CANARY), FAST, base_url="http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match=r"cannot connect to 127\.0\.0\.1") as caught:
        asyncio.run(model.complete(request()))
    assert CANARY not in everything_said(caught.value)
    assert CANARY not in repr(vars(model))
