"""Chat completions as OpenRouter and every OpenAI-compatible server speak them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import httpx
from pydantic import JsonValue, SecretStr

from core.errors import ModelEmpty, ModelRefused, ModelUnavailable
from core.schemas.model_call import CostSource, FinishReason, ModelAnswer, ModelRequest, Usage
from providers.http import HttpPolicy, client, post_json, trusted

OPENROUTER = "https://openrouter.ai/api/v1"
FINISH = {
    "stop": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.REFUSAL,
    "error": FinishReason.ERROR,
}


class OpenAICompatible:
    """The LanguageModel port over ``{base_url}/chat/completions``.

    ``routed`` adds OpenRouter's provider preferences. An error inside HTTP 200, an empty answer and
    a refusal are failures of their own; a cut-off answer is returned as such (``length``).
    """

    def __init__(
        self,
        base_url: str,
        key: SecretStr | None,
        policy: HttpPolicy | None = None,
        *,
        routed: bool = False,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._key = key
        self._policy = policy or HttpPolicy()
        self._routed = routed
        trusted()  # read the authorities now, not in the middle of a week

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        started = time.perf_counter()
        # A client a call: an event loop of its own closes with it, and no idle socket outlives a run.
        policy = replace(self._policy, deadline_s=request.timeout_s)
        async with client(policy) as http:
            body = await self._post(http, request, policy)
        return parse_completion(body, request.model, (time.perf_counter() - started) * 1_000)

    async def _post(
        self, http: httpx.AsyncClient, request: ModelRequest, policy: HttpPolicy
    ) -> dict[str, JsonValue]:
        headers = {}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        return await post_json(http, self._url, self._body(request), headers, policy)

    def _body(self, request: ModelRequest) -> dict[str, JsonValue]:
        body: dict[str, JsonValue] = {
            "model": request.model,
            "messages": [message.model_dump() for message in request.messages],
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
        }
        if request.json_schema is not None:
            schema: dict[str, JsonValue] = {
                "name": request.schema_name or "answer",
                "strict": True,
                "schema": dict(request.json_schema),
            }
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
            if self._routed:
                body["provider"] = {"require_parameters": True}
        return body


def parse_completion(body: Mapping[str, JsonValue], asked: str, latency_ms: float) -> ModelAnswer:
    """A chat completion as an answer; every way it can be none is named.

    ModelUnavailable for an error inside HTTP 200, ModelRefused for a refusal, ModelEmpty for no text.
    """
    error = body.get("error")
    if error:
        raise ModelUnavailable(f"{asked} failed while it wrote: {_words(error)}")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, Mapping):
        raise ModelEmpty(f"{asked} answered without a choice")
    message = choice.get("message")
    message = message if isinstance(message, Mapping) else {}
    finish = FINISH.get(str(choice.get("finish_reason")), FinishReason.UNKNOWN)
    _refuse_failures(asked, choice, message, finish)
    text = message.get("content")
    if not isinstance(text, str) or not text.strip():
        raise ModelEmpty(f"{asked} answered with no text (finish reason {finish})")
    return ModelAnswer(
        text=text,
        served_model=str(body.get("model") or asked),
        finish_reason=finish,
        usage=_usage(body.get("usage")),
        latency_ms=latency_ms,
    )


def _refuse_failures(
    asked: str,
    choice: Mapping[str, JsonValue],
    message: Mapping[str, JsonValue],
    finish: FinishReason,
) -> None:
    if finish is FinishReason.ERROR or choice.get("error"):
        raise ModelUnavailable(f"{asked} failed while it wrote: {_words(choice.get('error'))}")
    if finish is FinishReason.REFUSAL or message.get("refusal"):
        raise ModelRefused(f"{asked} refused: {_words(message.get('refusal'))}")


def _words(error: JsonValue) -> str:
    told = error.get("message") if isinstance(error, Mapping) else error
    return " ".join(str(told or "no reason given").split())[:300]


def _usage(raw: JsonValue) -> Usage:
    if not isinstance(raw, Mapping):
        return Usage()
    cost = raw.get("cost")
    return Usage(
        prompt_tokens=_count(raw.get("prompt_tokens")),
        completion_tokens=_count(raw.get("completion_tokens")),
        reasoning_tokens=_count(_within(raw, "completion_tokens_details", "reasoning_tokens")),
        cached_tokens=_count(_within(raw, "prompt_tokens_details", "cached_tokens")),
        cost_usd=str(cost) if isinstance(cost, int | float) else "0",
        cost_source=CostSource.PROVIDER if isinstance(cost, int | float) else CostSource.NONE,
    )


def _within(raw: Mapping[str, JsonValue], outer: str, inner: str) -> JsonValue:
    found = raw.get(outer)
    return found.get(inner) if isinstance(found, Mapping) else None


def _count(value: JsonValue) -> int:
    return int(value) if isinstance(value, int | float) else 0
