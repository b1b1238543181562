"""How payloads of older versions become today's: one function a step, by event type and version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from pydantic import JsonValue

Payload: TypeAlias = dict[str, JsonValue]
Upcasters: TypeAlias = Mapping[tuple[str, int], Callable[[Payload], Payload]]
"""``(type, version)`` to the function that turns that version's payload into the next one's."""


def _without_scores(payload: Payload) -> Payload:
    """A postmortem from before there were scores has none: they are not invented afterwards."""
    report = payload["postmortem"]
    assert isinstance(report, dict)  # a schema is an object
    return {**payload, "postmortem": {**report, "scores": None}}


UPCASTERS: Upcasters = MappingProxyType({("PostmortemWritten", 1): _without_scores})
