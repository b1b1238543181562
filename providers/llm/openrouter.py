"""OpenRouter: chat completions of every maker through one gateway, which tells what each cost."""

from __future__ import annotations

from pydantic import JsonValue, SecretStr

from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelRequest
from providers.http import HttpPolicy
from providers.llm.openai import thinks
from providers.llm.openai_compatible import OpenAICompatible, Structured

OPENROUTER = "https://openrouter.ai/api/v1"


class OpenRouter(OpenAICompatible):
    """Asks only endpoints that keep to the schema; where there is none, asks without holding to it.

    Usage with cost is always in its answers. It routes by every field that is sent, so a model
    that takes no temperature is sent none.
    """

    def __init__(  # noqa: PLR0913  # an endpoint has this many sides, all by name
        self,
        key: SecretStr | None,
        policy: HttpPolicy | None = None,
        *,
        base_url: str = OPENROUTER,
        structured: Structured = "json_schema",
        stream: bool = True,
        progress: CallProgress = unheard,
    ) -> None:
        super().__init__(
            base_url,
            key,
            policy or (HttpPolicy() if stream else None),  # its streams are never silent for long
            provider="openrouter",
            structured=structured,
            stream=stream,
            progress=progress,
        )

    def body(self, request: ModelRequest, without: frozenset[str]) -> dict[str, JsonValue]:
        vendor, _, name = request.model.partition("/")
        unneeded = {"temperature"} if vendor == "openai" and thinks(name) else set()
        body = super().body(request, without | unneeded)
        if "response_format" in body:
            body["provider"] = {"require_parameters": True}
        return body
