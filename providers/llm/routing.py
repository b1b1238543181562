"""Which endpoint answers a request: chosen from the model's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from core.errors import CallRejected
from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest

RULES, OPENROUTER = "rules", "openrouter"
MAKERS = (
    ("anthropic", re.compile(r"claude-.+")),
    ("openai", re.compile(r"(gpt-|chatgpt-|o\d).*")),
    ("gemini", re.compile(r"gemini-.+")),
)


def endpoint_of(model: str, named: Collection[str]) -> str | None:
    """The endpoint a model id belongs to; ``named`` are those with an address of their own.

    None for a bare name of no known maker.
    """
    prefix, slash, _ = model.partition("/")
    if slash:
        return prefix if prefix == RULES or prefix in named else OPENROUTER
    return next((maker for maker, form in MAKERS if form.fullmatch(model)), None)


def model_at(model: str, named: Collection[str]) -> str:
    """The id as the endpoint itself spells it: without the name of a house server."""
    prefix, _, rest = model.partition("/")
    return rest if prefix in named else model


class RoutedModel:
    """Hands each request to its endpoint; ``missing`` says why an endpoint cannot be asked.

    ``named`` are the endpoints with an address of their own, whose name precedes the model's.
    """

    def __init__(
        self,
        endpoints: Mapping[str, LanguageModel],
        missing: Mapping[str, str],
        named: Collection[str] = (),
    ) -> None:
        self._endpoints = endpoints
        self._missing = missing
        self._named = named

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """CallRejected for a model nobody here can ask."""
        name = endpoint_of(request.model, self._named)
        endpoint = self._endpoints.get(name or "")
        if endpoint is None:
            raise CallRejected(f"{request.model} cannot be asked: {self._why(name)}")
        spelled = model_at(request.model, self._named)
        return await endpoint.complete(request.model_copy(update={"model": spelled}))

    def _why(self, name: str | None) -> str:
        if name is None:
            return "its name is of no known maker; write vendor/model for OpenRouter"
        return self._missing.get(name, f"there is no endpoint {name} in config/models.yaml")
