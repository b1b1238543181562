"""Every endpoint of language models that settings and keys allow, behind one port."""

from __future__ import annotations

from config.secrets import Secrets
from config.settings import Settings
from core.ports import CallProgress, LanguageModel
from providers.llm.openrouter import OpenRouter
from providers.llm.routing import RoutedModel
from providers.llm.rules import RulesModel


def language_models(settings: Settings, secrets: Secrets, heard: CallProgress) -> RoutedModel:
    """The routed model of this desk; an endpoint without its key says so when it is asked."""
    endpoints: dict[str, LanguageModel] = {"rules": RulesModel(settings.policy.checkpoints)}
    missing = {"openrouter": "set OPENROUTER_API_KEY in .env, or use --profile rules"}
    key = secrets.openrouter_api_key
    if key is not None:
        endpoints["openrouter"] = OpenRouter(key, progress=heard)
    return RoutedModel(endpoints, missing)
