"""Every recorded answer of Anthropic's Messages API, served again and read as what it says."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from core.errors import ModelEmpty, ModelError
from core.schemas.model_call import CostSource, FinishReason, Message, ModelRequest
from providers.http import HttpPolicy
from providers.llm.anthropic import Anthropic
from tests.providers.llm.cassettes import Exchange, exchanges
from tests.servers.vendor_server import vendor_server

RECORDED = [
    exchange
    for folder in ("anthropic", "google_gemini")
    for exchange in exchanges(folder, "anthropic.com/v1/messages?")
]
SAID = {"end_turn": FinishReason.STOP, "max_tokens": FinishReason.LENGTH}


def ask(exchange: Exchange, *, stream: bool):
    request = ModelRequest(
        call="pitch/acct_1", model="asked", messages=(Message(role="user", content="hello"),)
    )
    with vendor_server(lambda asked, n: exchange.told()) as server:
        model = Anthropic(
            SecretStr("key"), HttpPolicy(retries=0), base_url=server.url, stream=stream
        )
        return asyncio.run(model.complete(request))


def expected(exchange: Exchange) -> dict:
    """What the answer says, worked out from its raw JSON alone."""
    said = {"text": "", "thought": "", "model": "", "why": None, "usage": {}}
    for document in exchange.documents():
        message = document.get("message", document)
        said["model"] = message.get("model") or said["model"]
        delta = document.get("delta", {})
        said["why"] = delta.get("stop_reason") or message.get("stop_reason") or said["why"]
        said["usage"] = {**said["usage"], **(message.get("usage") or {})}
        for block in message.get("content") or []:
            said["text"] += block["text"] if block["type"] == "text" else ""
            said["thought"] += block["thinking"] if block["type"] == "thinking" else ""
        said["text"] += delta["text"] if delta.get("type") == "text_delta" else ""
    return said


@pytest.mark.parametrize("exchange", RECORDED, ids=lambda exchange: exchange.name)
def test_a_recorded_message_is_read_as_what_it_says(exchange):
    said = expected(exchange)
    streamed = "event-stream" in exchange.kind
    if not said["text"].strip():
        with pytest.raises(ModelEmpty) as caught:
            ask(exchange, stream=streamed)
        assert caught.value.usage.completion_tokens == said["usage"]["output_tokens"]
        return
    answer = ask(exchange, stream=streamed)
    usage = said["usage"]
    assert answer.text == said["text"]
    assert answer.reasoning == said["thought"]
    assert (answer.served_model, answer.provider) == (said["model"], "anthropic")
    assert answer.finish_reason is SAID.get(said["why"], FinishReason.UNKNOWN)
    cached, written = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
    assert answer.usage.prompt_tokens == usage["input_tokens"] + cached + written
    assert answer.usage.cached_tokens == cached
    assert answer.usage.completion_tokens == usage["output_tokens"]
    details = usage.get("output_tokens_details") or {}
    assert answer.usage.reasoning_tokens == details.get("thinking_tokens", 0)
    assert answer.usage.cost_source is CostSource.NONE
    assert answer.latency_ms > 0


def test_an_endpoint_that_answers_plain_json_to_a_stream_is_read_as_such():
    whole = [one for one in RECORDED if "event-stream" not in one.kind]
    read = 0
    for exchange in whole:
        try:
            answer = ask(exchange, stream=True)
        except ModelError:
            continue
        assert answer.text == expected(exchange)["text"]
        read += 1
    assert read >= 15


def test_the_recordings_hold_a_stream_thoughts_a_cache_and_answers_of_tools_alone():
    said = [expected(exchange) for exchange in RECORDED]
    assert any("event-stream" in exchange.kind for exchange in RECORDED)
    assert any(one["thought"] for one in said)
    assert any(one["usage"]["cache_read_input_tokens"] for one in said)
    assert any(not one["text"] for one in said)
