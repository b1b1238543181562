"""Gemini by Google's own generateContent."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from pydantic import JsonValue, SecretStr

from core.errors import CallRejected
from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.http import HttpPolicy
from providers.llm.gemini_content import StreamedContent, parse_content
from providers.llm.maker import MakerModel
from providers.llm.maker_schemas import gemini_schema

API = "https://generativelanguage.googleapis.com"
ROLES = {"user": "user", "assistant": "model"}
SCHEMA_REFUSED = re.compile(
    r"schema|response_?(?:mime|json)|json mode|too many states|constraint", re.IGNORECASE
)
Json = dict[str, JsonValue]


class Gemini(MakerModel):
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
        super().__init__(key, policy, stream=stream, progress=progress)
        self._models = f"{base_url.rstrip('/')}/v1beta/models"
        self._unheld: set[tuple[str, str | None]] = set()

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

    def _url(self, model: str) -> str:
        how = "streamGenerateContent?alt=sse" if self._stream else "generateContent"
        return f"{self._models}/{quote(model.removeprefix('models/'), safe='')}:{how}"

    def _headers(self) -> Mapping[str, str]:
        return {"x-goog-api-key": self._key.get_secret_value()}

    def _streamed(self, model: str) -> StreamedContent:
        return StreamedContent(model, self._secrets())


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
