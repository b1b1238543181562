"""Gemini by Google's own generateContent."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from pydantic import JsonValue, SecretStr

from core.errors import CallRejected, ModelError
from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.http import HttpPolicy, client, post_json, post_stream, trusted
from providers.llm.gemini_content import StreamedContent, parse_content
from providers.llm.maker_schemas import gemini_schema
from providers.llm.telling import Telling

API = "https://generativelanguage.googleapis.com"
ROLES = {"user": "user", "assistant": "model"}
SCHEMA_REFUSED = re.compile(
    r"schema|response_?(?:mime|json)|json mode|too many states|constraint", re.IGNORECASE
)
Json = dict[str, JsonValue]


class Gemini:
    """The LanguageModel port over ``{base_url}/v1beta/models/{model}:generateContent``.

    A model that refuses the schema is asked once more without it, within the same ``timeout_s``:
    then the prompt alone holds the answer, which is validated in any case. The key is a header,
    never part of an address.
    """

    def __init__(
        self,
        key: SecretStr,
        policy: HttpPolicy | None = None,
        *,
        base_url: str = API,
        stream: bool = True,
        progress: CallProgress = unheard,
    ) -> None:
        self._models = f"{base_url.rstrip('/')}/v1beta/models"
        self._key = key
        self._policy = policy or HttpPolicy()
        self._stream = stream
        self._progress = progress
        self._unheld: set[tuple[str, str | None]] = set()
        trusted()  # read the authorities now, not in the middle of a week

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        started = time.perf_counter()
        form = (request.model, request.schema_name)
        held = request.json_schema is not None and form not in self._unheld
        left = request.timeout_s
        while True:
            body = content_body(request, held=held)
            try:
                content = await self._ask(request, body, replace(self._policy, deadline_s=left))
                break
            except CallRejected as error:
                if not held or not SCHEMA_REFUSED.search(str(error)):
                    raise
            held = False
            left = max(0.0, request.timeout_s - (time.perf_counter() - started))
        if request.json_schema is not None and not held:
            self._unheld.add(form)  # only where it really helped
        latency_ms = (time.perf_counter() - started) * 1_000
        return parse_content(content, request.model, latency_ms, self._secrets())

    async def _ask(
        self, request: ModelRequest, body: JsonValue, policy: HttpPolicy
    ) -> Mapping[str, JsonValue]:
        url = f"{self._models}/{quote(request.model.removeprefix('models/'), safe='')}"
        headers = {"x-goog-api-key": self._key.get_secret_value()}
        # A client a call: an event loop of its own closes with it, and no idle socket outlives a run.
        async with client(policy) as http:
            if not self._stream:
                return await post_json(http, f"{url}:generateContent", body, headers, policy)
            streamed = StreamedContent(request.model, self._secrets())
            telling = Telling(self._progress, request)

            def hear(name: str, data: Mapping[str, JsonValue]) -> None:
                streamed.hear(name, data)
                telling.written(streamed.characters)

            url = f"{url}:streamGenerateContent?alt=sse"
            try:
                whole = await post_stream(http, url, body, headers, policy, hear)
            except ModelError as error:
                if not streamed.complete:
                    error.usage = error.usage or streamed.usage
                    raise
                whole = None  # everything was said before the connection broke
            return whole if whole is not None else streamed.body()

    def _secrets(self) -> tuple[str, ...]:
        return (self._key.get_secret_value(),)


def content_body(request: ModelRequest, *, held: bool) -> Json:
    """The question as generateContent takes it; ``held`` to its schema by the endpoint, or not."""
    system = [message.content for message in request.messages if message.role == "system"]
    spoken: list[JsonValue] = [
        {"role": ROLES[message.role], "parts": [{"text": message.content}]}
        for message in request.messages
        if message.role != "system"
    ]
    if not spoken:  # at least one turn is required
        system, spoken = [], [{"role": "user", "parts": [{"text": "\n\n".join(system)}]}]
    settings: Json = {"temperature": request.temperature, "maxOutputTokens": request.max_tokens}
    if held and request.json_schema is not None:
        settings["responseMimeType"] = "application/json"
        settings["responseJsonSchema"] = gemini_schema(request.json_schema)
    body: Json = {"contents": spoken, "generationConfig": settings}
    if system:
        body["systemInstruction"] = {"parts": [{"text": "\n\n".join(system)}]}
    return body
