"""Chat completions as every server that speaks the OpenAI protocol takes and gives them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from pydantic import JsonValue, SecretStr

from core.errors import CallRejected, ModelError
from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.http import HttpPolicy, client, post_stream, trusted
from providers.llm.chat_completions import Completion, completion_of
from providers.llm.chat_stream import StreamedCompletion
from providers.llm.strict_schema import strict_schema

Structured: TypeAlias = Literal["json_schema", "json_object", "prompt"]

PATIENT = HttpPolicy(read_s=7_200.0)
"""A model that thinks, or reads a long prompt on a slow machine, is silent meanwhile: only the
call's own deadline ends the wait."""
DISPENSABLE = ("stream_options", "temperature", "seed", "response_format")
"""What a server may refuse and the call can do without; blamed by name, in this order."""


class OpenAICompatible:
    """The LanguageModel port over ``{base_url}/chat/completions``; no key is needed on a house server.

    Streams unless told not to, and reports its progress. A field the server refuses (a 400 that
    names it, or any 400 to a ``response_format``) is left out and the call made once more; what was
    left out with success stays so for that model.
    """

    def __init__(  # noqa: PLR0913  # an endpoint has this many sides, all by name
        self,
        base_url: str,
        key: SecretStr | None,
        policy: HttpPolicy | None = None,
        *,
        provider: str = "openai_compatible",
        structured: Structured = "json_schema",
        stream: bool = True,
        progress: CallProgress = unheard,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._key = key
        self._policy = policy or PATIENT
        self._provider = provider
        self._structured = structured
        self._stream = stream
        self._progress = progress
        self._without: dict[str, frozenset[str]] = {}
        trusted()  # read the authorities now, not in the middle of a week

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        started = time.perf_counter()
        without = self._without.get(request.model, frozenset())
        while True:
            body = self.body(request, without)
            left_s = request.timeout_s - (time.perf_counter() - started)
            refused = ""
            try:
                completion = await self._ask(request, body, max(left_s, 0.001))
            except CallRejected as error:
                refused = self._blamed(error, body)
                if not refused:
                    raise
            if not refused:
                break
            without |= {refused}
        self._without[request.model] = without
        return completion.answer(self._provider, (time.perf_counter() - started) * 1_000)

    def body(self, request: ModelRequest, without: frozenset[str]) -> dict[str, JsonValue]:
        """The call as this endpoint takes it; ``without`` are fields it is known to refuse."""
        body: dict[str, JsonValue] = {
            "model": request.model,
            "messages": [message.model_dump() for message in request.messages],
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
        }
        response_format = self._response_format(request)
        if response_format is not None:
            body["response_format"] = response_format
        if self._stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        if "max_tokens" in without:
            body["max_completion_tokens"] = body["max_tokens"]
        return {name: value for name, value in body.items() if name not in without}

    def _response_format(self, request: ModelRequest) -> dict[str, JsonValue] | None:
        if request.json_schema is None or self._structured == "prompt":
            return None
        if self._structured == "json_object":
            return {"type": "json_object"}
        strict = strict_schema(request.json_schema, request.model)
        schema: dict[str, JsonValue] = {
            "name": request.schema_name or "answer",
            "strict": strict is not None,
            "schema": dict(request.json_schema) if strict is None else strict,
        }
        return {"type": "json_schema", "json_schema": schema}

    async def _ask(
        self, request: ModelRequest, body: dict[str, JsonValue], left_s: float
    ) -> Completion:
        # A client a call: an event loop of its own closes with it, and no idle socket outlives a run.
        policy = replace(self._policy, deadline_s=left_s)
        async with client(policy) as http:
            streamed = StreamedCompletion(request, self._secrets(), self._progress)
            broken: ModelError | None = None
            try:
                found = await post_stream(
                    http, self._url, body, self._headers(), policy, streamed.hear
                )
            except ModelError as error:
                broken = streamed.survived(error)
            else:
                if found is not None:
                    return completion_of(found, request.model, self._secrets())
            if broken is not None:
                raise broken
            return streamed.finished()

    def _blamed(self, error: CallRejected, body: Mapping[str, JsonValue]) -> str:
        """The field to leave out next; empty when the call is rejected for another reason."""
        if type(error) is not CallRejected:
            return ""
        told = str(error)
        if "max_completion_tokens" in told and "max_tokens" in body:
            return "max_tokens"
        named = next((name for name in DISPENSABLE if name in body and name in told), "")
        return named or ("response_format" if "response_format" in body else "")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.get_secret_value()}"} if self._key else {}

    def _secrets(self) -> tuple[str, ...]:
        return (self._key.get_secret_value(),) if self._key else ()
