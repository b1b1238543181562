"""Chat completions over a real socket: what is sent, what comes back, and every way it fails."""

from __future__ import annotations

import asyncio
import json
import traceback

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
    StreamFailed,
)
from core.schemas.model_call import CostSource, FinishReason, Message, ModelRequest
from providers.http import HttpPolicy
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.openrouter import OpenRouter
from tests.servers.chat_server import (
    EVENT_STREAM,
    Reply,
    chat_server,
    chunk,
    completion,
    sse,
    stream,
)

STREAMED = {"Content-Type": EVENT_STREAM}
CANARY = "sk-canary-0123456789"
FAST = HttpPolicy(retries=2, backoff_s=0.01, longest_wait_s=0.05)


def request(**more):
    fields = {
        "call": "pitch/acct_1",
        "model": "openai/gpt-5.1",
        "messages": (Message(role="user", content="hello"),),
        "timeout_s": 5.0,
    }
    return ModelRequest(**{**fields, **more})


def ask(server, **more):
    model = OpenRouter(SecretStr(CANARY), FAST, base_url=server.url)
    return asyncio.run(model.complete(request(**more)))


def test_an_answer_keeps_its_text_its_served_model_its_tokens_and_its_cost():
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "completion_tokens_details": {"reasoning_tokens": 3},
        "prompt_tokens_details": {"cached_tokens": 2},
        "cost": 0.0125,
    }
    with chat_server(lambda body, n: Reply(completion("hi", usage=usage))) as server:
        answer = ask(server)
    assert (answer.text, answer.served_model) == ("hi", "served/model-1")
    assert answer.finish_reason is FinishReason.STOP
    assert (answer.usage.prompt_tokens, answer.usage.reasoning_tokens) == (11, 3)
    assert (answer.usage.cost_usd, answer.usage.cost_source) == ("0.0125", CostSource.PROVIDER)


def test_a_schema_is_sent_strict_and_asks_for_a_provider_that_keeps_it():
    schema = {"type": "object", "properties": {"thesis": {"type": "string", "maxLength": 9}}}
    with chat_server(lambda body, n: Reply(completion("{}"))) as server:
        ask(server, schema_name="Pitch", json_schema=schema)
    sent = server.requests[0]
    assert sent["response_format"]["json_schema"] == {
        "name": "Pitch",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"thesis": {"type": "string"}},
            "required": ["thesis"],
            "additionalProperties": False,
        },
    }
    assert sent["provider"] == {"require_parameters": True}
    assert server.headers[0]["Authorization"] == f"Bearer {CANARY}"


def test_a_429_is_asked_again_after_its_retry_after():
    def answer(body, number):
        if number == 0:
            return Reply({"error": {"message": "slow down"}}, 429, {"Retry-After": "0"})
        return Reply(completion("hi"))

    with chat_server(answer) as server:
        assert ask(server).text == "hi"
    assert len(server.requests) == 2


def test_a_500_is_not_asked_again():
    with (
        chat_server(lambda body, n: Reply({"error": {"message": "boom"}}, 500)) as server,
        pytest.raises(ModelUnavailable, match="failed with 500: boom"),
    ):
        ask(server)
    assert len(server.requests) == 1


def finished(text, reason, error=None, **message):
    """A body whose one choice stopped for a reason, with its cost."""
    body = completion(text, usage=USAGE)
    body["choices"][0]["message"] |= message
    body["choices"][0] |= {"finish_reason": reason, "error": error}
    return body


USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "cost": 0.0125}
FAILURES = [
    (Reply({"error": {"message": "no credit"}}, 402), OutOfCredit, "402: no credit"),
    (Reply({"error": {"message": f"bad {CANARY}"}}, 401), KeyRejected, "key removed"),
    (
        Reply({"error": {"message": "died", "code": 502}}),
        GenerationFailed,
        "while it wrote: died",
    ),
    (Reply({"error": f"died of {CANARY}"}), GenerationFailed, "key removed"),
    (Reply(finished("half", "error", error={"message": "e"})), GenerationFailed, "wrote: e"),
    (Reply(finished("half", "error")), GenerationFailed, "while it wrote"),
    (Reply(finished("half", "content_filter")), ModelRefused, "refused"),
    (Reply(finished("", "length")), ModelTruncated, "raise max_tokens"),
    (Reply(finished(None, "length")), ModelTruncated, "raise max_tokens"),
    (Reply(finished(" \n", "stop")), ModelEmpty, "no text"),
    (Reply(finished(None, "tool_calls", tool_calls=[{}])), ModelEmpty, "called a tool"),
    (Reply(completion("")), ModelEmpty, "no text"),
    (Reply({"choices": []}), ModelEmpty, "without a choice"),
    (Reply({"fine": True}), GarbledAnswer, "no chat completion"),
    (Reply(b"<html>gateway</html>", 200), GarbledAnswer, "not JSON"),
    (Reply(b'{"choices": [{"mess'), GarbledAnswer, "not JSON"),
    (Reply({}, drop=True), AnswerLost, "broke the connection"),
    (Reply({"error": {"message": "boom"}}, 500), ModelUnavailable, "500: boom"),
    (Reply(finished(None, "stop", refusal="I will not")), ModelRefused, "I will not"),
    (stream({"error": {"message": f"died of {CANARY}"}}), StreamFailed, "key removed"),
    (stream(chunk({"content": "hal"}), {"error": {"message": "e"}}), StreamFailed, "streamed: e"),
    (stream(chunk({"content": "hal"}), done=False), StreamFailed, "without saying"),
    (stream(chunk({"content": "hal"}), done=False, cut=True), StreamFailed, "broke off"),
    (stream(chunk({"content": "hal"}), "data: {torn"), GarbledAnswer, "no JSON object"),
    (stream(chunk({"refusal": "I will not"}, "stop")), ModelRefused, "I will not"),
    (stream(chunk({"reasoning": "hm"}, "length")), ModelTruncated, "raise max_tokens"),
    (stream(chunk({"role": "assistant"}, "stop")), ModelEmpty, "no text"),
    (stream(), ModelEmpty, "without a choice"),
    (stream(chunk({"content": "hal"}, "error")), GenerationFailed, "while it wrote"),
]


@pytest.mark.parametrize(("reply", "error", "words"), FAILURES)
def test_every_way_to_fail_is_named_and_never_shows_the_key(reply, error, words):
    with chat_server(lambda body, n: reply) as server, pytest.raises(error, match=words) as caught:
        ask(server)
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert CANARY not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_cut_off_answer_says_so():
    body = completion("half of a")
    body["choices"][0]["finish_reason"] = "length"
    with chat_server(lambda request, n: Reply(body)) as server:
        assert ask(server).finish_reason is FinishReason.LENGTH


@pytest.mark.parametrize("streamed", [True, False])
def test_a_failure_tells_what_it_cost_all_the_same(streamed):
    reply = Reply(finished("", "length"))
    if streamed:
        reply = stream(chunk({"content": ""}, "length"), chunk(usage=USAGE))
    with chat_server(lambda b, n: reply) as server, pytest.raises(ModelTruncated) as caught:
        ask(server)
    assert (caught.value.usage.cost_usd, caught.value.usage.completion_tokens) == ("0.0125", 7)


def test_an_error_in_a_stream_tells_what_it_cost():
    events = (chunk({"content": "hal"}), chunk({}, usage=USAGE) | {"error": {"message": "e"}})
    with chat_server(lambda b, n: stream(*events)) as server, pytest.raises(StreamFailed) as caught:
        ask(server)
    assert caught.value.usage.cost_usd == "0.0125"


def test_a_stream_is_put_together_with_its_thoughts_tokens_and_cost():
    events = (
        ": OPENROUTER PROCESSING",
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning": "let ", "reasoning_details": [{"text": "let "}]}),
        chunk({"reasoning_content": "me "}),
        chunk({"reasoning_details": [{"type": "reasoning.summary", "summary": "see"}]}),
        chunk({"content": "he"}),
        chunk({"content": "llo", "tool_calls": None}),
        chunk({"content": None}, "stop"),
        chunk(usage=USAGE, provider="Google"),
    )
    with chat_server(lambda body, n: stream(*events)) as server:
        answer = ask(server)
    assert (answer.text, answer.reasoning) == ("hello", "let me see")
    assert (answer.served_model, answer.provider) == ("served/model-1", "openrouter")
    assert answer.finish_reason is FinishReason.STOP
    assert (answer.usage.cost_usd, answer.usage.cost_source) == ("0.0125", CostSource.PROVIDER)
    assert server.requests[0]["stream_options"] == {"include_usage": True}


def test_a_stream_that_breaks_after_its_answer_was_complete_is_an_answer():
    reply = stream(chunk({"content": "hi"}, "stop"), done=False, cut=True)
    with chat_server(lambda body, n: reply) as server:
        assert ask(server).text == "hi"


def test_a_stream_that_is_left_open_after_its_answer_was_complete_is_an_answer():
    reply = stream(chunk({"content": "hi"}, "stop"), ": waiting", pause_s=0.01, repeat=True)
    reply.pieces = [*reply.pieces[:1], *[b": waiting\n\n"] * 5_000]
    with chat_server(lambda body, n: reply) as server:
        assert ask(server, timeout_s=0.5).text == "hi"


def test_a_stream_that_only_says_done_is_an_answer_with_an_unknown_reason():
    with chat_server(lambda body, n: stream(chunk({"content": "hi"}))) as server:
        assert ask(server).finish_reason is FinishReason.UNKNOWN


def test_a_stream_labelled_as_text_is_read_all_the_same():
    raw = sse(chunk({"content": "hi"}, "stop"))
    reply = Reply(raw, headers={"Content-Type": "text/plain"})
    with chat_server(lambda body, n: reply) as server:
        assert ask(server).text == "hi"


def test_who_watches_hears_how_far_the_answer_is():
    heard = []
    events = [chunk({"reasoning": "x" * 60}), *(chunk({"content": "word"}) for _ in range(90))]
    with chat_server(lambda body, n: stream(*events, chunk({}, "stop"))) as server:
        model = OpenAICompatible(server.url, None, FAST, progress=lambda *told: heard.append(told))
        asyncio.run(model.complete(request()))
    tokens = [int(told[2].split()[1]) for told in heard]
    assert {told[:2] for told in heard} == {("pitch/acct_1", "openai/gpt-5.1")}
    assert tokens == sorted(set(tokens))
    assert 2 <= len(tokens) <= 10
    assert heard[-1][2] == f"about {tokens[-1]} tokens"


@pytest.mark.parametrize("reply", [Reply(completion("late"), delay_s=9.0), None])
def test_the_deadline_bounds_the_whole_call(reply):
    drip = stream(*(chunk({"content": "a"}) for _ in range(500)), pause_s=0.02)
    with (
        chat_server(lambda body, n: reply or drip) as server,
        pytest.raises(ModelTimeout, match=r"within 0\.2 s"),
    ):
        ask(server, timeout_s=0.2)


def test_nobody_listening_is_one_clear_line():
    model = OpenAICompatible("http://127.0.0.1:9/v1", None, FAST)
    with pytest.raises(ModelUnavailable, match=r"cannot connect to 127\.0\.0\.1"):
        asyncio.run(model.complete(request()))


# --- what is asked, and what is left out where a server refuses it ----------------------------

SCHEMA = {"type": "object", "properties": {"thesis": {"type": "string"}}}
NOT_THAT = Reply({"error": {"message": "This response_format type is unavailable now"}}, 400)


def house(server, **more):
    return OpenAICompatible(server.url, None, FAST, **more)


@pytest.mark.parametrize(
    ("structured", "sent"),
    [("json_schema", "json_schema"), ("json_object", "json_object"), ("prompt", None)],
)
def test_an_endpoint_is_asked_for_the_structure_it_can_hold(structured, sent):
    with chat_server(lambda body, n: Reply(completion("{}"))) as server:
        model = house(server, structured=structured, stream=False)
        answer = asyncio.run(model.complete(request(json_schema=SCHEMA)))
    body = server.requests[0]
    assert (body.get("response_format") or {}).get("type") == sent
    assert "provider" not in body
    assert "stream" not in body
    assert "Authorization" not in server.headers[0]
    assert answer.provider == "openai_compatible"


def test_a_server_that_refuses_the_schema_is_asked_once_more_without_and_not_again():
    def answer(body, number):
        return NOT_THAT if "response_format" in body else Reply(completion("{}"))

    with chat_server(answer) as server:
        model = house(server)
        for _ in range(2):
            assert asyncio.run(model.complete(request(json_schema=SCHEMA))).text == "{}"
        asyncio.run(model.complete(request(model="other", json_schema=SCHEMA)))
    sent = ["response_format" in body for body in server.requests]
    assert sent == [True, False, False, True, False]


def test_a_call_refused_for_another_reason_is_asked_twice_at_most_and_nothing_is_remembered():
    with chat_server(lambda b, n: Reply({"error": {"message": "too long"}}, 400)) as server:
        model = house(server)
        for _ in range(2):
            with pytest.raises(CallRejected, match="too long"):
                asyncio.run(model.complete(request(json_schema=SCHEMA)))
    assert ["response_format" in body for body in server.requests] == [True, False] * 2


def test_a_call_without_a_schema_that_is_refused_is_not_repeated():
    with chat_server(lambda body, n: NOT_THAT) as server, pytest.raises(CallRejected):
        asyncio.run(house(server).complete(request()))
    assert len(server.requests) == 1


def test_fields_a_server_names_as_unknown_are_left_out_one_by_one():
    strange = ("stream_options", "temperature", "response_format")

    def answer(body, number):
        named = next((name for name in strange if name in body), None)
        if named is None:
            return stream(chunk({"content": "{}"}, "stop"))
        return Reply({"detail": [{"msg": f"unexpected field {named}"}]}, 422)

    with chat_server(answer) as server:
        assert asyncio.run(house(server).complete(request(json_schema=SCHEMA))).text == "{}"
    assert len(server.requests) == 4


def test_a_server_that_wants_the_newer_name_of_the_limit_gets_it():
    told = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    def answer(body, number):
        if "max_tokens" in body:
            return Reply({"error": {"message": told}}, 400)
        return Reply(completion("hi"))

    with chat_server(answer) as server:
        asyncio.run(house(server).complete(request(max_tokens=777)))
    assert server.requests[1]["max_completion_tokens"] == 777


def test_asking_once_more_stays_within_the_deadline_of_the_call():
    def answer(body, number):
        refused = Reply(NOT_THAT.body, 400, delay_s=0.15)
        return refused if number == 0 else Reply(completion("{}"), delay_s=30)

    with chat_server(answer) as server, pytest.raises(ModelTimeout, match=r"within 0\.[0-2]"):
        asyncio.run(house(server).complete(request(json_schema=SCHEMA, timeout_s=0.4)))


@pytest.mark.parametrize("idle", ["data:", "data: ", "event: ping\ndata: ping", ": comment"])
def test_what_keeps_a_stream_alive_is_no_answer_and_no_failure(idle):
    reply = stream(idle, chunk({"content": "he"}), idle, chunk({"content": "y"}, "stop"), idle)
    with chat_server(lambda body, n: reply) as server:
        assert ask(server).text == "hey"


def test_a_cost_that_a_later_count_leaves_out_is_kept():
    first = {"prompt_tokens": 3, "completion_tokens": 1, "cost": 0.5}
    last = {"prompt_tokens": 3, "completion_tokens": 4}
    reply = stream(chunk({"content": "hi"}, "stop", usage=first), chunk(usage=last))
    with chat_server(lambda body, n: reply) as server:
        usage = ask(server).usage
    assert (usage.completion_tokens, usage.cost_usd) == (4, "0.5")
    assert usage.cost_source is CostSource.PROVIDER


@pytest.mark.parametrize("delta", [{}, None])
def test_a_whole_message_at_the_end_of_a_stream_is_not_said_twice(delta):
    last = {"choices": [{"delta": delta, "message": {"content": "hey"}, "finish_reason": "stop"}]}
    reply = stream(chunk({"content": "he"}), chunk({"content": "y"}), last)
    with chat_server(lambda body, n: reply) as server:
        assert ask(server).text == "hey"


def test_a_plain_answer_labelled_as_a_stream_is_read_all_the_same():
    raw = json.dumps(completion("hi")).encode()
    with chat_server(lambda body, n: Reply(raw, headers=STREAMED)) as server:
        assert ask(server).text == "hi"


def test_an_error_labelled_as_a_stream_keeps_its_words():
    raw = b' \n{"error": {"code": 502, "message": "no instance is free"}}'
    with (
        chat_server(lambda body, n: Reply(raw, headers=STREAMED)) as server,
        pytest.raises(GenerationFailed, match="no instance is free"),
    ):
        ask(server)
