"""Overrides of a what-if run (``pm.grok.model=x-ai/grok-5``), applied to a policy and its prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from core.errors import BadInput, ConfigError
from core.policy import DeskPolicy
from core.rendering import PromptLibrary
from core.types import AccountId

SECTIONS = ("council", "risk", "checkpoints")
YES, NO = "true", "false"
PARTS = 3


def parse_overrides(texts: list[str]) -> dict[str, str]:
    """``key=value`` texts as a mapping; BadInput for one without a key, a value, or said twice."""
    overrides: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (key.strip() and equals and value.strip()):
            raise BadInput(f"--set {text!r} is not KEY=VALUE: write e.g. pm.grok.model=x-ai/grok-4")
        if key.strip() in overrides:
            raise BadInput(f"--set {key.strip()} is given twice: give it once")
        overrides[key.strip()] = value.strip()
    return overrides


def with_overrides(policy: DeskPolicy, overrides: Mapping[str, str]) -> DeskPolicy:
    """The policy with each override set and validated anew; BadInput names the key and what is allowed.

    Keys: ``pm.<seat>.model``, ``pm.<seat>.exclude``, ``chairman.model``,
    ``stages.<stage>.<setting>``, and ``council|risk|checkpoints.<field>``; ``prompt.<name>.text``
    changes no policy, see `with_prompts`.
    """
    plain = policy.model_dump(mode="json")
    for key, value in overrides.items():
        if not _is_prompt(key) and not is_exclusion(key):
            _set(plain, key, value)
    _leave_out(plain, excluded(policy, overrides))
    try:
        return DeskPolicy.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"--set: {where} cannot be {first['input']!r}: {first['msg'].lower()}"
        ) from error


def with_prompts(prompts: PromptLibrary, overrides: Mapping[str, str]) -> PromptLibrary:
    """The prompts with each ``prompt.<name>.text`` in place of its template, tried before it is used.

    BadInput for an unknown name, a text that is no template, or one that asks for what the stage
    does not give.
    """
    texts = {key.split(".")[1]: text for key, text in overrides.items() if _is_prompt(key)}
    if not texts:
        return prompts
    for name in texts:
        if name not in prompts.templates:
            known = ", ".join(sorted(prompts.templates))
            raise BadInput(f"--set prompt.{name}.text names no prompt: use one of {known}")
    changed = PromptLibrary({**prompts.templates, **texts})
    for name in texts:
        _refuse_unusable(name, prompts, changed)
    return changed


def _refuse_unusable(name: str, before: PromptLibrary, after: PromptLibrary) -> None:
    try:
        after.compiled(name)
        extra = after.asks_for(name) - before.asks_for(name)
    except ConfigError as error:
        raise BadInput(f"--set prompt.{name}.text: {error}") from error
    if extra:
        known = ", ".join(sorted(before.asks_for(name)))
        raise BadInput(
            f"--set prompt.{name}.text asks for {min(extra)}, which its stage does not give: "
            f"use {known}"
        )


def excluded(policy: DeskPolicy, overrides: Mapping[str, str]) -> frozenset[AccountId]:
    """The accounts of the seats left out by ``pm.<seat>.exclude=true``; BadInput for another seat."""
    out = set()
    for key, value in overrides.items():
        if not is_exclusion(key):
            continue
        seat = next((seat for seat in policy.seats if seat.key == key.split(".")[1]), None)
        if seat is None:
            seats = ", ".join(f"pm.{seat.key}.exclude" for seat in policy.seats)
            raise BadInput(f"--set {key} names no seat: use {seats}")
        if value.lower() not in (YES, NO):
            raise BadInput(f"--set {key} cannot be {value!r}: it is true or false")
        if value.lower() == YES:
            out.add(seat.account_id)
    if len(out) == len(policy.seats):
        raise BadInput("--set leaves every seat out: keep at least one")
    return frozenset(out)


def _leave_out(plain: dict[str, Any], out: frozenset[AccountId]) -> None:
    seats = plain["profile"]["seats"]
    plain["profile"]["seats"] = [seat for seat in seats if seat["account_id"] not in out]


def _is_prompt(key: str) -> bool:
    parts = key.split(".")
    return parts[0] == "prompt" and len(parts) == PARTS and parts[2] == "text"


def is_exclusion(key: str) -> bool:
    parts = key.split(".")
    return parts[0] == "pm" and len(parts) == PARTS and parts[2] == "exclude"


def _set(plain: dict[str, Any], key: str, value: str) -> None:
    parts = key.split(".")
    place = _place(plain, parts)
    if place is None or parts[-1] not in place:
        raise BadInput(f"--set {key} names nothing that can be set: {allowed(plain)}")
    place[parts[-1]] = value
    if parts[-1] == "model":
        _new_identity(place, value)


def _place(plain: dict[str, Any], parts: list[str]) -> dict[str, Any] | None:
    """The object that holds the last part of the key."""
    profile = plain["profile"]
    match parts:
        case ["pm", seat, "model"]:
            return next((item for item in profile["seats"] if item["key"] == seat), None)
        case ["chairman", "model"]:
            return dict_or_none(profile["chairman"])
        case ["stages", stage, _]:
            return dict_or_none(profile["stages"].get(stage))
        case [section, _] if section in SECTIONS:
            return dict_or_none(plain[section])
        case _:
            return None


def dict_or_none(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _new_identity(place: dict[str, Any], model: str) -> None:
    """Another model has another vendor and other names; what is not known is what its id says."""
    vendor, _, name = model.partition("/")
    place.update(name=name or model, family=None, aliases=[], fallbacks=[])
    place.update(knowledge_cutoff=None, knowledge_source=None)
    place["vendor"] = None if vendor == "rules" else vendor


def allowed(plain: Mapping[str, Any]) -> str:
    seats = ", ".join(f"pm.{seat['key']}.model" for seat in plain["profile"]["seats"])
    return (
        f"use {seats}, pm.<seat>.exclude, chairman.model, stages.<stage>.temperature, "
        "prompt.<name>.text, risk.<field>, council.<field> or checkpoints.<field>"
    )
