"""JSON of any size as much of it as a browser should get: long texts and lists are shortened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orjson import dumps

from pages.ui.safe import clipped, visible

ENOUGH = 40_000
"""Bytes of JSON that go to the browser as they are."""
STEPS = ((4_000, 100, 100), (1_000, 30, 60), (200, 10, 40), (80, 4, 20))
"""Signs of a text, items of a list, fields of an object: tried in turn until the rest is enough."""
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Bounded:
    """The value as it is shown; ``cut`` when something was left out."""

    value: Any
    cut: bool


def bounded(value: Any) -> Bounded:
    """The value with hidden signs spelled out, shortened as far as it has to be."""
    whole = _shown(value, len(str(value)) + 1, 1_000_000_000, 1_000_000_000, DEEPEST * 10)
    if len(dumps(whole)) <= ENOUGH:
        return Bounded(whole, cut=False)
    for signs, items, fields in STEPS:
        shorter = _shown(value, signs, items, fields, DEEPEST)
        if len(dumps(shorter)) <= ENOUGH:
            return Bounded(shorter, cut=True)
    return Bounded({"too large": f"{len(dumps(value)):,} bytes"}, cut=True)


def _shown(value: Any, signs: int, items: int, fields: int, depth: int) -> Any:
    if isinstance(value, str):
        return visible(clipped(value, signs))
    if isinstance(value, dict | list) and depth == 0:
        return "…"
    if isinstance(value, dict):
        kept = list(value.items())[:fields]
        rest = {"…": f"{len(value) - fields:,} more fields"} if len(value) > fields else {}
        return {
            visible(clipped(name, signs)): _shown(one, signs, items, fields, depth - 1)
            for name, one in kept
        } | rest
    if isinstance(value, list):
        rest_of = [f"… {len(value) - items:,} more"] if len(value) > items else []
        return [_shown(one, signs, items, fields, depth - 1) for one in value[:items]] + rest_of
    return value
