"""JSON by the book, minus what no number or key can be trusted in: one place decodes it."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple, NoReturn, TypeAlias

from core.errors import NotJson
from core.json_scan import MAX_DEPTH, too_deep

JsonContainer: TypeAlias = dict[str, Any] | list[Any]


class Found(NamedTuple):
    """A value and the offset after its closing bracket."""

    value: JsonContainer
    end: int


def strict_json(text: str) -> Any:
    """``text`` as JSON by the book, else ValueError; NotJson for what ``extract_json`` refuses."""
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=refuse_constant, parse_float=_finite
        )
    except RecursionError:
        raise too_deep() from None
    check_depth(value)
    return value


def decode_at(text: str, start: int, *, control_characters: bool = False) -> Found:
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_constant=refuse_constant,
        parse_float=_finite,
        strict=not control_characters,
    )
    try:
        value, end = decoder.raw_decode(text, start)
    except RecursionError:
        raise too_deep() from None
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise NotJson(f"a number that cannot be read: {error}") from None
    check_depth(value)
    return Found(value, end)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value and canonical(value[key]) != canonical(item):
            raise NotJson(f"the key {key!r} is given twice with different values: give it once")
        value[key] = item
    return value


def canonical(value: Any) -> str:
    """One text per JSON value, so that 1, 1.0 and true stay different."""
    return json.dumps(value, sort_keys=True)


def parts(value: JsonContainer) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not a JSON number: write null or leave the field out")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJson(f"the number {text} is too large to be held exactly")
    return number


def check_depth(value: Any) -> None:
    layer, depth = [value], 0
    while layer := [item for item in layer if isinstance(item, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise too_deep()
        layer = [part for item in layer for part in parts(item)]
