"""OpenAI's own endpoint: its chat completions, with what its reasoning models do not take left out."""

from __future__ import annotations

import re

from pydantic import JsonValue, SecretStr

from core.ports import CallProgress, unheard
from core.schemas.model_call import ModelRequest
from providers.http import HttpPolicy
from providers.llm.openai_compatible import OpenAICompatible, Structured

OPENAI = "https://api.openai.com/v1"
REASONING = re.compile(r"(o\d|gpt-([5-9]|\d\d)).*")


def thinks(model: str) -> bool:
    """Whether it is a reasoning model, which takes no temperature."""
    return REASONING.fullmatch(model) is not None


class OpenAI(OpenAICompatible):
    """Native chat completions: the limit is ``max_completion_tokens``, reasoning included."""

    def __init__(  # noqa: PLR0913  # an endpoint has this many sides, all by name
        self,
        key: SecretStr | None,
        policy: HttpPolicy | None = None,
        *,
        base_url: str = OPENAI,
        structured: Structured = "json_schema",
        stream: bool = True,
        progress: CallProgress = unheard,
    ) -> None:
        super().__init__(
            base_url,
            key,
            policy,
            provider="openai",
            structured=structured,
            stream=stream,
            progress=progress,
        )

    def body(self, request: ModelRequest, without: frozenset[str]) -> dict[str, JsonValue]:
        unneeded = {"temperature"} if thinks(request.model) else set()
        return super().body(request, without | {"max_tokens"} | unneeded)
