"""Answers with half an emoji: a paid answer is recorded and never paid again."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from core.errors import ModelError
from core.events.calls import ModelCallFailed
from core.schemas.model_call import Message, ModelRequest
from providers.call_log import CallLog
from providers.http import HttpPolicy
from providers.llm.anthropic import Anthropic
from providers.llm.gemini import Gemini
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.recording import RecordingModel
from tests.fakes.spending import memory_store
from tests.fakes.week import run_spec
from tests.servers.chat_server import Reply, chat_server, chunk, completion, stream

KEY = SecretStr("sk-canary-0123456789")
FAST = HttpPolicy(retries=0)
REQUEST = ModelRequest(
    call="pitch/acct_1",
    model="house/model",
    messages=(Message(role="user", content="hello"),),
    timeout_s=5.0,
)
HALF = "up \ud83d and away"
MESSAGE = {"content": [{"type": "text", "text": HALF}], "stop_reason": "end_turn"}
CONTENT = {"candidates": [{"content": {"parts": [{"text": HALF}]}, "finishReason": "STOP"}]}


def recorded(model) -> tuple[RecordingModel, CallLog]:
    log = CallLog(memory_store(), run_spec())
    return RecordingModel(model, log), log


def compatible(url: str) -> OpenAICompatible:
    return OpenAICompatible(url, KEY, FAST)


@pytest.mark.parametrize(
    ("build", "body"),
    [
        (compatible, completion(HALF)),
        (lambda url: Anthropic(KEY, FAST, base_url=url), MESSAGE),
        (lambda url: Gemini(KEY, FAST, base_url=url), CONTENT),
    ],
    ids=["openai", "anthropic", "gemini"],
)
def test_half_a_character_is_replaced_and_the_answer_recorded(build, body):
    with chat_server(lambda asked, n: Reply(body)) as server:
        model, _ = recorded(build(server.url))
        answers = [asyncio.run(model.complete(REQUEST)) for _ in range(2)]
    assert [answer.text for answer in answers] == ["up \ufffd and away"] * 2
    assert len(server.requests) == 1


def test_halves_in_two_pieces_of_a_stream_are_one_character():
    reply = stream(chunk({"content": "a\ud83d"}), chunk({"content": "\ude00b"}, "stop"))
    with chat_server(lambda asked, n: reply) as server:
        answer = asyncio.run(compatible(server.url).complete(REQUEST))
    assert answer.text == "a\U0001f600b"


def test_a_failure_told_with_half_a_character_is_recorded():
    body = {"error": {"message": HALF}}
    with chat_server(lambda asked, n: Reply(body, 400)) as server:
        model, log = recorded(compatible(server.url))
        with pytest.raises(ModelError):
            asyncio.run(model.complete(REQUEST))
    rows = log._store.read_all(types=[ModelCallFailed.__name__])
    assert ["\ufffd" in row.payload["message"] for row in rows] == [True]
