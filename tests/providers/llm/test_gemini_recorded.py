"""Every recorded answer of Gemini's generateContent, served again and read as what it says."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from core.errors import ModelEmpty, ModelRefused, UnknownModel
from core.schemas.model_call import CostSource, FinishReason, Message, ModelRequest
from providers.http import HttpPolicy
from providers.llm.gemini import Gemini
from tests.providers.llm.cassettes import Exchange, exchanges
from tests.servers.vendor_server import Told, vendor_server

RECORDED = [
    exchange
    for folder in ("google_gemini", "llm_gemini")
    for exchange in exchanges(folder, "enerateContent")
]
SAID = {"STOP": FinishReason.STOP, "MAX_TOKENS": FinishReason.LENGTH}


def ask(told: Told, *, stream: bool):
    request = ModelRequest(
        call="pitch/acct_1", model="asked", messages=(Message(role="user", content="hello"),)
    )
    with vendor_server(lambda asked, n: told) as server:
        model = Gemini(SecretStr("key"), HttpPolicy(retries=0), base_url=server.url, stream=stream)
        return asyncio.run(model.complete(request))


def streamed(exchange: Exchange) -> bool:
    return "streamGenerateContent" in exchange.uri


def expected(exchange: Exchange) -> dict:
    """What the answer says, worked out from its raw JSON alone."""
    said = {"text": "", "thought": "", "model": "", "why": None, "usage": {}}
    for document in exchange.documents():
        said["model"] = document.get("modelVersion", said["model"])
        said["usage"] = {**said["usage"], **document.get("usageMetadata", {})}
        for candidate in document.get("candidates", []):
            said["why"] = candidate.get("finishReason", said["why"])
            for part in candidate.get("content", {}).get("parts", []):
                said["thought" if part.get("thought") else "text"] += part.get("text", "")
    return said


@pytest.mark.parametrize("exchange", RECORDED, ids=lambda exchange: exchange.name)
def test_a_recorded_content_is_read_as_what_it_says(exchange):
    said = expected(exchange)
    failure = ModelRefused if said["why"] == "SAFETY" else ModelEmpty
    if not said["text"].strip():
        with pytest.raises(failure) as caught:
            ask(exchange.told(), stream=streamed(exchange))
        assert caught.value.usage.prompt_tokens == said["usage"]["promptTokenCount"]
        return
    answer = ask(exchange.told(), stream=streamed(exchange))
    usage = said["usage"]
    assert answer.text == said["text"]
    assert answer.reasoning == said["thought"].strip()
    assert (answer.served_model, answer.provider) == (said["model"], "gemini")
    assert answer.finish_reason is SAID[said["why"]]
    thoughts = usage.get("thoughtsTokenCount", 0)
    assert answer.usage.prompt_tokens == usage["promptTokenCount"]
    assert answer.usage.completion_tokens == usage["candidatesTokenCount"] + thoughts
    assert answer.usage.reasoning_tokens == thoughts
    assert answer.usage.cached_tokens == usage.get("cachedContentTokenCount", 0)
    assert answer.usage.cost_source is CostSource.NONE


def test_a_stream_reads_the_same_in_pieces_of_any_size():
    tapes = [one for one in RECORDED if "event-stream" in one.kind]
    for exchange in tapes[:3]:
        raw = exchange.raw
        for size in (7, 1000):
            pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
            answer = ask(replace(exchange.told(), pieces=pieces), stream=True)
            assert answer.text == expected(exchange)["text"]


def test_a_model_nobody_knows_is_named_by_the_recorded_404():
    (exchange,) = exchanges("errors_unknown_model", "generativelanguage")
    for stream in (True, False):
        with pytest.raises(UnknownModel, match=r"gemini-3\.6-flahs is not found"):
            ask(exchange.told(), stream=stream)


def test_the_recordings_hold_streams_thoughts_a_refusal_and_a_cut_off_answer():
    said = [expected(exchange) for exchange in RECORDED]
    assert {"STOP", "MAX_TOKENS", "SAFETY"} <= {one["why"] for one in said}
    assert any(one["thought"] for one in said)
    assert sum(map(streamed, RECORDED)) >= 8
