"""Chat completions over a real socket: what is sent, what comes back, and every way it fails."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from core.errors import ModelEmpty, ModelRefused, ModelTimeout, ModelUnavailable, OutOfCredit
from core.schemas.model_call import CostSource, FinishReason, Message, ModelRequest
from providers.http import HttpPolicy
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.openrouter import OpenRouter
from tests.servers.chat_server import Reply, chat_server, completion

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


FAILURES = [
    (Reply({"error": {"message": "no credit"}}, 402), OutOfCredit, "402: no credit"),
    (Reply({"error": {"message": "died", "code": 502}}), ModelUnavailable, "while it wrote: died"),
    (Reply(completion("")), ModelEmpty, "no text"),
    (Reply({"choices": []}), ModelEmpty, "without a choice"),
    (Reply(b"<html>gateway</html>", 200), ModelUnavailable, "not JSON"),
    (Reply({}, drop=True), ModelUnavailable, "broke the connection"),
    (
        Reply({"choices": [{"message": {"refusal": "I will not"}, "finish_reason": "stop"}]}),
        ModelRefused,
        "I will not",
    ),
]


@pytest.mark.parametrize(("reply", "error", "words"), FAILURES)
def test_every_way_to_fail_is_named_and_never_shows_the_key(reply, error, words):
    with chat_server(lambda body, n: reply) as server, pytest.raises(error, match=words) as caught:
        ask(server)
    seen, chain = "", caught.value
    while chain is not None:
        seen += f"{chain!r} {chain}"
        chain = chain.__cause__ or chain.__context__
    assert CANARY not in seen


def test_a_cut_off_answer_says_so():
    body = completion("half of a")
    body["choices"][0]["finish_reason"] = "length"
    with chat_server(lambda request, n: Reply(body)) as server:
        assert ask(server).finish_reason is FinishReason.LENGTH


def test_the_deadline_bounds_the_whole_call():
    with (
        chat_server(lambda body, n: Reply(completion("late"), delay_s=1.0)) as server,
        pytest.raises(ModelTimeout, match=r"within 0\.2 s"),
    ):
        ask(server, timeout_s=0.2)


def test_nobody_listening_is_one_clear_line():
    model = OpenAICompatible("http://127.0.0.1:9/v1", None, FAST)
    with pytest.raises(ModelUnavailable, match=r"cannot connect to 127\.0\.0\.1"):
        asyncio.run(model.complete(request()))
