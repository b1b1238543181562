"""Every recorded chat completion, served over a socket, is read as what its own body says."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from pydantic import SecretStr

from core.errors import (
    ModelEmpty,
    ModelError,
    ModelTruncated,
    RateLimited,
    StreamFailed,
    UnknownModel,
)
from core.schemas.model_call import CostSource, FinishReason, Message, ModelRequest
from providers.http import HttpPolicy
from providers.llm.openai import OpenAI
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.openrouter import OpenRouter
from tests.providers.llm.cassettes import Exchange, exchanges
from tests.servers.chat_server import EVENT_STREAM, Reply, chat_server

CHAT = "/chat/completions"
FAST = HttpPolicy(retries=1, backoff_s=0.001, longest_wait_s=0.001)
TAPES = [
    *exchanges("openrouter", CHAT),
    *exchanges("llm_openrouter", CHAT),
    *exchanges("deepseek", CHAT),
    *exchanges("errors_unknown_model", ""),
]
PLAIN = [tape for tape in TAPES if tape.status == 200 and "event-stream" not in tape.kind]
STREAMS = [tape for tape in TAPES if "event-stream" in tape.kind]
REFUSALS = [tape for tape in TAPES if tape.status != 200]


@dataclass
class Says:
    """What a body says, read here without any of the adapter's code."""

    text: str = ""
    reasoning: str = ""
    served: str = ""
    finish: str | None = None
    usage: dict = field(default_factory=dict)
    error: bool = False

    def outcome(self) -> type[ModelError] | None:
        if self.error:
            return StreamFailed
        if self.text.strip():
            return None
        return ModelTruncated if self.finish == "length" else ModelEmpty


def says(tape: Exchange) -> Says:
    said = Says()
    lines = [tape.raw.decode()]
    if "event-stream" in tape.kind:
        lines = [line[6:] for line in lines[0].split("\n") if line.startswith("data: {")]
    for line in lines:
        body = json.loads(line, parse_float=str)
        said.error |= bool(body.get("error"))
        said.served = body.get("model") or said.served
        said.usage = body.get("usage") or said.usage
        for choice in body["choices"][:1]:
            told = choice.get("message") or choice.get("delta") or {}
            said.text += told.get("content") or ""
            said.reasoning += told.get("reasoning") or told.get("reasoning_content") or ""
            said.finish = choice.get("finish_reason") or said.finish
    return said


def model_for(tape: Exchange, url: str, stream: bool):
    key = SecretStr("sk-canary-0123456789")
    if "openrouter" in tape.uri:
        return OpenRouter(key, FAST, base_url=url, stream=stream)
    if "openai.com" in tape.uri:
        return OpenAI(key, FAST, base_url=url, stream=stream)
    return OpenAICompatible(url, key, FAST, stream=stream)


def ask(tape: Exchange, reply: Reply, stream: bool = True):
    request = ModelRequest(
        call="pitch/acct_1",
        model="asked/model",
        messages=(Message(role="user", content="hello"),),
        timeout_s=20.0,
    )
    with chat_server(lambda body, n: reply) as server:
        return asyncio.run(model_for(tape, server.url, stream).complete(request))


def check(tape: Exchange, reply: Reply, stream: bool = True) -> None:
    said = says(tape)
    failure = said.outcome()
    if failure is not None:
        with pytest.raises(failure) as caught:
            ask(tape, reply, stream)
        assert type(caught.value) is failure
        check_usage(caught.value.usage, said.usage)
        return
    answer = ask(tape, reply, stream)
    reasons = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}
    assert answer.text == said.text
    assert answer.reasoning == said.reasoning
    assert answer.served_model == said.served
    assert answer.finish_reason is reasons.get(said.finish, FinishReason.UNKNOWN)
    assert answer.latency_ms > 0
    check_usage(answer.usage, said.usage)


def check_usage(usage, raw: dict) -> None:
    thoughts = raw.get("completion_tokens_details") or {}
    kept = raw.get("prompt_tokens_details") or {}
    assert usage.prompt_tokens == raw["prompt_tokens"]
    assert usage.completion_tokens == raw["completion_tokens"]
    assert usage.reasoning_tokens == (thoughts.get("reasoning_tokens") or 0)
    assert usage.cached_tokens == (kept.get("cached_tokens") or 0)
    if raw.get("cost") is None:
        assert (usage.cost_usd, usage.cost_source) == ("0", CostSource.NONE)
    else:
        assert usage.cost_source is CostSource.PROVIDER
        assert Decimal(usage.cost_usd) == Decimal(raw["cost"])
        assert "e" not in usage.cost_usd.lower()


@pytest.mark.parametrize("stream", [True, False], ids=["stream-asked", "plain-asked"])
@pytest.mark.parametrize("tape", PLAIN, ids=lambda tape: tape.name)
def test_a_recorded_body_is_read_as_what_it_says(tape, stream):
    check(tape, Reply(tape.raw, headers={"Content-Type": tape.kind}), stream)


@pytest.mark.parametrize("size", [1 << 20, 701, 7])
@pytest.mark.parametrize("tape", STREAMS, ids=lambda tape: tape.name)
def test_a_recorded_stream_is_read_as_what_it_says_in_pieces_of_any_size(tape, size):
    raw = tape.raw
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    check(tape, Reply(pieces=pieces, headers={"Content-Type": EVENT_STREAM}))


@pytest.mark.parametrize("tape", STREAMS, ids=lambda tape: tape.name)
def test_a_server_that_streams_unasked_is_read_all_the_same(tape):
    check(tape, Reply(tape.raw, headers={"Content-Type": EVENT_STREAM}), stream=False)


@pytest.mark.parametrize("tape", REFUSALS, ids=lambda tape: tape.name)
def test_a_recorded_refusal_is_named_in_the_providers_own_words(tape):
    with pytest.raises(RateLimited if tape.status == 429 else UnknownModel) as caught:
        ask(tape, Reply(tape.raw, tape.status))
    error = json.loads(tape.raw)["error"]
    told = (error.get("metadata") or {}).get("raw") or error["message"]
    assert told[:200] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_tapes_hold_answers_streams_and_refusals():
    assert len(PLAIN) > 20
    assert len(STREAMS) >= 4
    assert len(REFUSALS) >= 5
