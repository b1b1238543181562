"""Which adapter answers a request: chosen from the model's name."""

from __future__ import annotations

from core.errors import ModelUnavailable
from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest

RULES = "rules/"


class RoutedModel:
    """``rules/…`` goes to the rules, every other name over the wire, when there is a wire."""

    def __init__(self, rules: LanguageModel, wire: LanguageModel | None) -> None:
        self._rules = rules
        self._wire = wire

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        if request.model.startswith(RULES):
            return await self._rules.complete(request)
        if self._wire is None:
            raise ModelUnavailable(
                f"no key to ask {request.model}: set OPENROUTER_API_KEY in .env, or --profile rules"
            )
        return await self._wire.complete(request)
