"""OpenRouter and OpenAI's own endpoint: what each is asked, and what is left out for whom."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from core.errors import CallRejected, UnknownModel
from core.schemas.model_call import Message, ModelRequest
from providers.http import HttpPolicy
from providers.llm.openai import OPENAI, OpenAI
from providers.llm.openrouter import OPENROUTER, OpenRouter
from tests.servers.chat_server import Reply, chat_server, completion

FAST = HttpPolicy(retries=1, backoff_s=0.01, longest_wait_s=0.02)
KEY = SecretStr("sk-canary-0123456789")
SCHEMA = {"type": "object", "properties": {"a": {"type": "number", "minimum": 0}}}
NOWHERE = "No endpoints found that support the requested parameters"


def request(model, **more):
    return ModelRequest(
        call="pitch/acct_1",
        model=model,
        messages=(Message(role="user", content="hello"),),
        timeout_s=10.0,
        **more,
    )


def sent(kind, model, **more):
    with chat_server(lambda body, n: Reply(completion("{}"))) as server:
        asyncio.run(kind(KEY, FAST, base_url=server.url).complete(request(model, **more)))
    assert server.headers[0]["Authorization"] == f"Bearer {KEY.get_secret_value()}"
    assert server.paths == ["/v1/chat/completions"]
    return server.requests[0]


def test_the_addresses_are_the_makers():
    assert OPENROUTER == "https://openrouter.ai/api/v1"
    assert OPENAI == "https://api.openai.com/v1"


def test_the_gateway_is_asked_for_endpoints_that_keep_to_a_schema_only_where_there_is_one():
    assert sent(OpenRouter, "x-ai/grok-4", json_schema=SCHEMA)["provider"] == {
        "require_parameters": True
    }
    plain = sent(OpenRouter, "x-ai/grok-4")
    assert "provider" not in plain
    assert "usage" not in plain


def test_a_bound_a_maker_refuses_in_a_schema_is_left_out_for_that_maker():
    def number(model):
        body = sent(OpenRouter, model, json_schema=SCHEMA)
        return body["response_format"]["json_schema"]["schema"]["properties"]["a"]

    assert number("openai/gpt-5.1") == {"type": "number", "minimum": 0}
    assert number("anthropic/claude-opus-4.5") == {"type": "number"}


@pytest.mark.parametrize(
    ("model", "warm"),
    [
        ("openai/gpt-5.1", False),
        ("openai/gpt-5.1:online", False),
        ("openai/o4-mini", False),
        ("openai/gpt-4o", True),
        ("anthropic/claude-sonnet-4.5", True),
    ],
)
def test_a_model_that_takes_no_temperature_is_sent_none(model, warm):
    assert ("temperature" in sent(OpenRouter, model)) is warm


def test_where_no_endpoint_keeps_to_a_schema_the_question_goes_out_without():
    def answer(body, number):
        if "response_format" in body:
            return Reply({"error": {"message": NOWHERE, "code": 404}}, 404)
        return Reply(completion("{}"))

    with chat_server(answer) as server:
        model = OpenRouter(KEY, FAST, base_url=server.url)
        for _ in range(2):
            asyncio.run(model.complete(request("a/b", json_schema=SCHEMA)))
    assert ["provider" in body for body in server.requests] == [True, False, False]


def test_a_model_nobody_knows_is_not_asked_twice():
    body = {"error": {"message": "foo/bar is not a valid model ID", "code": 400}}
    with chat_server(lambda b, n: Reply(body, 400)) as server, pytest.raises(UnknownModel):
        asyncio.run(
            OpenRouter(KEY, FAST, base_url=server.url).complete(
                request("foo/bar", json_schema=SCHEMA)
            )
        )
    assert len(server.requests) == 1


def test_where_no_endpoint_is_allowed_at_all_the_call_is_rejected():
    body = {"error": {"message": "No endpoints found matching your data policy", "code": 404}}
    with chat_server(lambda b, n: Reply(body, 404)) as server, pytest.raises(CallRejected) as seen:
        asyncio.run(OpenRouter(KEY, FAST, base_url=server.url).complete(request("a/b")))
    assert type(seen.value) is CallRejected


@pytest.mark.parametrize(("model", "warm"), [("gpt-5.1", False), ("o3", False), ("gpt-4o", True)])
def test_openai_itself_takes_the_newer_limit_and_its_thinkers_no_temperature(model, warm):
    body = sent(OpenAI, model, max_tokens=555, temperature=0.5)
    assert body["max_completion_tokens"] == 555
    assert "max_tokens" not in body
    assert ("temperature" in body) is warm
