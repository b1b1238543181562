"""Claude by Anthropic's own Messages API."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue, SecretStr

from core.errors import CallRejected
from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.http import HttpPolicy
from providers.llm.anthropic_messages import StreamedMessage, parse_message
from providers.llm.maker import MakerModel
from providers.llm.maker_schemas import anthropic_schema

API = "https://api.anthropic.com"
VERSION = "2023-06-01"
NUMBERED = re.compile(r"claude-[a-z]+-(\d{1,2})(?!\d)(?:-(\d{1,2})(?!\d))?")
FIRST_WITHOUT_TEMPERATURE = (4, 7)
REFUSABLE = {
    "output_config": re.compile(
        r"output_?\s?(?:config|format)|structured|schema|grammar", re.IGNORECASE
    ),
    "temperature": re.compile(r"temperature|sampling", re.IGNORECASE),
}
"""What a model may not take, and how it says so: it is asked again without."""
Json = dict[str, JsonValue]


class Anthropic(MakerModel):
    """The LanguageModel port over ``{base_url}/v1/messages``.

    A model that refuses the schema or the temperature is asked once more without it, within the
    same ``timeout_s``: then the prompt alone holds the answer, which is validated in any case.
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
        self._messages = f"{base_url.rstrip('/')}/v1/messages"
        self._refused: dict[tuple[str, str | None], frozenset[str]] = {}

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        started = time.perf_counter()
        form = (request.model, request.schema_name)
        left_out = self._refused.get(form, frozenset())
        body, left = {**message_body(request), "stream": self._stream}, request.timeout_s
        while True:
            asked = {key: value for key, value in body.items() if key not in left_out}
            try:
                message = await self._ask(request, asked, replace(self._policy, deadline_s=left))
                break
            except CallRejected as error:
                unwanted = refused_fields(asked, str(error))
                if not unwanted:
                    raise
            left_out |= unwanted
            left = max(0.0, request.timeout_s - (time.perf_counter() - started))
        self._refused[form] = left_out  # only what really helped
        latency_ms = (time.perf_counter() - started) * 1_000
        return parse_message(message, request.model, latency_ms, self._secrets())

    def _url(self, model: str) -> str:
        return self._messages

    def _headers(self) -> Mapping[str, str]:
        return {"x-api-key": self._key.get_secret_value(), "anthropic-version": VERSION}

    def _streamed(self, model: str) -> StreamedMessage:
        return StreamedMessage(model, self._secrets())


def message_body(request: ModelRequest) -> Json:
    """The question as the Messages API takes it; instructions stand apart from the conversation."""
    system = [message.content for message in request.messages if message.role == "system"]
    spoken: list[JsonValue] = [
        {"role": message.role, "content": message.content}
        for message in request.messages
        if message.role != "system"
    ]
    if not spoken:  # at least one turn is required
        system, spoken = [], [{"role": "user", "content": "\n\n".join(system)}]
    body: Json = {"model": request.model, "max_tokens": request.max_tokens, "messages": spoken}
    if system:
        body["system"] = "\n\n".join(system)
    if takes_temperature(request.model):
        body["temperature"] = min(request.temperature, 1.0)
    schema = None if request.json_schema is None else anthropic_schema(request.json_schema)
    if schema is not None:
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return body


def takes_temperature(model: str) -> bool:
    """False from Opus 4.7 on; a name that tells no version is older."""
    found = NUMBERED.match(model)
    return found is None or (int(found[1]), int(found[2] or 0)) < FIRST_WITHOUT_TEMPERATURE


def refused_fields(body: Mapping[str, JsonValue], told: str) -> frozenset[str]:
    """The fields of the body a refusal complains about, and that it can do without."""
    named = (field for field, words in REFUSABLE.items() if words.search(told))
    return frozenset(named) & body.keys()
