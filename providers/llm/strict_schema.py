"""A JSON Schema as makers of models can hold an answer to: their strict modes take a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

ANNOTATIONS = frozenset({"description"})
STRUCTURE = frozenset({"type", "enum", "const", "$ref"})
BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
LENGTHS = frozenset({"minItems", "maxItems"})
TEXTS = frozenset({"pattern", "format"})
FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)
REFUSED_BY: Mapping[str, frozenset[str]] = {
    "anthropic": BOUNDS | LENGTHS | frozenset({"pattern"}),
    "x-ai": LENGTHS,
}
"""Keywords of OpenAI's strict mode that another maker, named as in a model's id, answers with 400."""


class _NotStrict(Exception):
    """The schema holds a place that strict mode cannot describe."""


def strict_schema(schema: Mapping[str, JsonValue], model: str = "") -> dict[str, JsonValue] | None:
    """The schema for strict mode: every object closed, every property required.

    Keywords strict mode refuses are left out: the answer is validated against the real schema
    anyway. None where a place cannot be said strictly (maps, tuples, anything goes).
    """
    refused = REFUSED_BY.get(model.partition("/")[0], frozenset())
    root: Any = schema
    definitions = schema.get("$defs")
    definitions = definitions if isinstance(definitions, Mapping) else {}
    if "$ref" in root:  # the root has to be an object itself
        root = definitions.get(str(root["$ref"]).removeprefix("#/$defs/"), {})
    try:
        strict = _Strict(refused).of(root)
        kept: dict[str, JsonValue] = {
            name: _Strict(refused).of(each) for name, each in definitions.items()
        }
    except _NotStrict:
        return None
    if strict.get("type") != "object":
        return None
    return {**strict, "$defs": kept} if kept else strict


class _Strict:
    def __init__(self, refused: frozenset[str]) -> None:
        self._kept = (STRUCTURE | ANNOTATIONS | BOUNDS | LENGTHS | TEXTS) - refused

    def of(self, schema: JsonValue) -> dict[str, JsonValue]:
        if not isinstance(schema, Mapping) or "prefixItems" in schema or "not" in schema:
            raise _NotStrict
        if "$ref" in schema:
            return {"$ref": schema["$ref"]}  # a reference takes no word beside it
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(alternatives, list):
            return self._described(schema, {"anyOf": [self.of(each) for each in alternatives]})
        every = schema.get("allOf")
        if isinstance(every, list):
            if len(every) != 1:
                raise _NotStrict
            return self.of(every[0])
        if not STRUCTURE & schema.keys():
            raise _NotStrict
        return self._plain(schema)

    def _plain(self, schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        plain = {key: value for key, value in schema.items() if self._keeps(key, value)}
        if schema.get("type") == "object":
            plain |= self._closed(schema)
        if schema.get("type") == "array":
            plain["items"] = self.of(schema.get("items"))
        return plain

    def _keeps(self, key: str, value: JsonValue) -> bool:
        if key == "format":
            return key in self._kept and value in FORMATS
        if key == "pattern":  # no look-around in strict mode
            return key in self._kept and "(?" not in str(value)
        return key in self._kept

    def _closed(self, schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or schema.get("additionalProperties", False):
            raise _NotStrict
        return {
            "properties": {name: self.of(each) for name, each in properties.items()},
            "required": list(properties),
            "additionalProperties": False,
        }

    def _described(
        self, schema: Mapping[str, JsonValue], strict: dict[str, JsonValue]
    ) -> dict[str, JsonValue]:
        return strict | {key: schema[key] for key in ANNOTATIONS & schema.keys()}
