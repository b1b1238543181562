"""Overrides of a what-if run (``pm.grok.model=x-ai/grok-5``), applied to a whole policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from core.errors import BadInput
from core.policy import DeskPolicy

SECTIONS = ("council", "risk", "checkpoints")


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

    Keys: ``pm.<seat>.model``, ``chairman.model``, ``stages.<stage>.<setting>``, and
    ``council|risk|checkpoints.<field>``.
    """
    plain = policy.model_dump(mode="json")
    for key, value in overrides.items():
        _set(plain, key, value)
    try:
        return DeskPolicy.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"--set: {where} cannot be {first['input']!r}: {first['msg'].lower()}"
        ) from error


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
    place.update(name=name or model, family=None, aliases=[], knowledge_cutoff=None, fallbacks=[])
    place["vendor"] = None if vendor == "rules" else vendor


def allowed(plain: Mapping[str, Any]) -> str:
    seats = ", ".join(f"pm.{seat['key']}.model" for seat in plain["profile"]["seats"])
    return (
        f"use {seats}, chairman.model, stages.<stage>.temperature, "
        "risk.<field>, council.<field> or checkpoints.<field>"
    )
