"""What is asked of every endpoint before a run pays anything, and by `doctor --live`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from config.language_models import MISSING, house_servers, maker_keys, price_list
from config.researchers import is_vendor
from config.secrets import Secrets
from config.settings import Settings
from core.desk.estimate import WeekEstimate, estimate_week
from core.errors import PreflightFailed
from providers.llm import anthropic, gemini, openai
from providers.llm.catalogue import Catalogue
from providers.llm.openrouter import OPENROUTER
from providers.llm.preflight import Need, PreflightReport, look, needs_of
from providers.llm.preflight import preflight as asked_before
from providers.llm.routing import RULES, endpoint_of, model_at

Maker = Literal["openrouter", "anthropic", "openai", "gemini"]
ADDRESSES: Mapping[Maker, str] = {
    "openrouter": OPENROUTER,
    "anthropic": anthropic.API,
    "openai": openai.OPENAI,
    "gemini": gemini.API,
}


def preflight_of(settings: Settings, secrets: Secrets) -> Callable[[], Awaitable[None]] | None:
    """The check before a paid run; None where this profile asks nobody outside."""
    if all(model.is_rules for model in settings.policy.profile.models):
        return None

    async def check() -> None:
        unkeyed = list(_without_key(settings, secrets))
        if unkeyed:
            raise PreflightFailed(f"nothing was paid: {'; '.join(unkeyed)}")
        await asked_before(_needs(settings), catalogues(settings, secrets))

    return check


async def look_at_endpoints(settings: Settings, secrets: Secrets) -> PreflightReport:
    """Every endpoint there is a key or an address for, whether this profile needs it or not.

    The models of the profile must be there, and those of the strategies' agents.
    """
    listed = catalogues(settings, secrets)
    agents = [model.model for model in settings.agents.models]
    needs = _needs(settings, agents)
    return await look({**{name: Need(()) for name in listed}, **needs}, listed)


def catalogues(settings: Settings, secrets: Secrets) -> Mapping[str, Catalogue]:
    """The lists of models that can be asked for, by endpoint."""
    found: dict[str, Catalogue] = {}
    keys = maker_keys(secrets)
    for maker, address in ADDRESSES.items():
        spec = settings.endpoints.get(maker)
        base = spec.base_url if spec is not None and spec.base_url is not None else address
        if keys[maker] is not None:
            found[maker] = Catalogue(maker, maker, base, keys[maker])
    for house, own in house_servers(settings).items():
        key = secrets.endpoint_keys.get(house)
        found[house] = Catalogue(house, "compatible", own.base_url or "", key)
    return found


def _needs(settings: Settings, others: Sequence[str] = ()) -> Mapping[str, Need]:
    """What a week asks of each endpoint; ``others`` are models that must exist there as well."""
    models = [*(model.model for model in settings.policy.profile.models), *others]
    return needs_of(models, _estimate(settings), lambda model: place(settings, model))


def _estimate(settings: Settings) -> WeekEstimate:
    return estimate_week(settings.policy, price_list(settings))


def place(settings: Settings, model: str) -> tuple[str, str] | None:
    """A model's endpoint and how that endpoint spells it; None for rules and vendors of research."""
    named = frozenset(house_servers(settings))
    endpoint = endpoint_of(model, named)
    if endpoint in (None, RULES) or is_vendor(model):
        return None
    return str(endpoint), model_at(model, named)


def _without_key(settings: Settings, secrets: Secrets) -> Iterator[str]:
    """Who sits at the table and cannot be asked at all; deputies and research may be missing."""
    profile = settings.policy.profile
    models = [spec.model for spec in (*profile.seats, profile.chairman)]
    return unreachable(settings, secrets, models)


def unreachable(settings: Settings, secrets: Secrets, models: Iterable[str]) -> Iterator[str]:
    """Why each of these models cannot be asked, once a model; nothing for those that can."""
    reachable = catalogues(settings, secrets)
    for model in dict.fromkeys(models):
        found = place(settings, model)
        if found is not None and found[0] not in reachable:
            why = MISSING.get(found[0], "there is no such endpoint in config/models.yaml")
            yield f"{model} cannot be asked: {why}"
