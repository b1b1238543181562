"""Every endpoint of language models that settings and keys allow, behind one port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from config.connections import ProviderSpec
from config.loading import BUILT_IN
from config.secrets import Secrets
from config.settings import Settings
from core.ports import CallProgress, LanguageModel
from core.prices import PriceList
from providers.llm.anthropic import Anthropic
from providers.llm.gemini import Gemini
from providers.llm.limited import LimitedModel
from providers.llm.openai import OpenAI
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.openrouter import OpenRouter
from providers.llm.routing import RoutedModel, endpoint_of
from providers.llm.rules import RulesModel

MISSING = {
    "openrouter": "set OPENROUTER_API_KEY in .env, or use --profile rules",
    "anthropic": "set LLM_ANTHROPIC_API_KEY in .env, or ask it as anthropic/… over OpenRouter",
    "openai": "set LLM_OPENAI_API_KEY in .env, or ask it as openai/… over OpenRouter",
    "gemini": "set GEMINI_API_KEY in .env, or ask it as google/… over OpenRouter",
}


def language_models(settings: Settings, secrets: Secrets, heard: CallProgress) -> RoutedModel:
    """The routed model of this desk; an endpoint without its key says so when it is asked."""
    endpoints: dict[str, LanguageModel] = {"rules": RulesModel(settings.policy.checkpoints)}
    keys = maker_keys(secrets)
    for name, key in keys.items():
        spec = settings.endpoints.get(name, ProviderSpec())
        if key is not None:
            endpoints[name] = _limited(_maker(name, key, spec, heard), spec)
    for name, spec in house_servers(settings).items():
        server = OpenAICompatible(
            spec.base_url or "",
            secrets.endpoint_keys.get(name),
            provider=name,
            structured=spec.structured,
            stream=spec.stream,
            progress=heard,
        )
        endpoints[name] = _limited(server, spec)
    return RoutedModel(endpoints, MISSING, frozenset(house_servers(settings)))


def house_servers(settings: Settings) -> Mapping[str, ProviderSpec]:
    """Endpoints with an address of their own: any server that speaks the OpenAI protocol."""
    return {name: spec for name, spec in settings.endpoints.items() if name not in BUILT_IN}


def price_list(settings: Settings) -> PriceList:
    """The table of config/models.yaml; what runs on a free endpoint costs nothing."""
    named = frozenset(house_servers(settings))
    free = {name for name, spec in settings.endpoints.items() if spec.free}
    return PriceList(settings.prices, lambda model: endpoint_of(model, named) in free)


def maker_keys(secrets: Secrets) -> Mapping[str, SecretStr | None]:
    """The known endpoints with their keys."""
    return {
        "openrouter": secrets.openrouter_api_key,
        "anthropic": secrets.anthropic_api_key,
        "openai": secrets.openai_api_key,
        "gemini": secrets.gemini_api_key,
    }


def _maker(name: str, key: SecretStr, spec: ProviderSpec, heard: CallProgress) -> LanguageModel:
    common: dict[str, Any] = {"stream": spec.stream, "progress": heard}
    if spec.base_url:
        common["base_url"] = spec.base_url
    match name:
        case "anthropic":
            return Anthropic(key, **common)
        case "gemini":
            return Gemini(key, **common)
        case "openai":
            return OpenAI(key, structured=spec.structured, **common)
        case _:
            return OpenRouter(key, structured=spec.structured, **common)


def _limited(model: LanguageModel, spec: ProviderSpec) -> LanguageModel:
    return LimitedModel(model, spec.concurrency, spec.per_minute)
