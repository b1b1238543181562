"""What a JSON Schema lets through, in words a person can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Node: TypeAlias = Mapping[str, Any]

FORMATS = {
    "date": "a date, YYYY-MM-DD",
    "time": 'a time, "HH:MM"',
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "keys and values",
}


def allowed_text(node: Node) -> str:
    """A node in words: ``0 < value <= 1``, ``one of live, rules``, ``true or false``."""
    choices = [one for one in node.get("anyOf", ()) if one.get("type") != "null"]
    if any(one.get("type") == "number" for one in choices):
        return allowed_text(choices[0])  # a Decimal, which may be text too: not worth saying
    if choices:
        return " or ".join(map(allowed_text, choices))
    if "enum" in node:
        return f"one of {', '.join(map(str, node['enum']))}"
    if "const" in node:
        return f"only {node['const']}"
    words = FORMATS.get(node.get("format", ""), FORMATS.get(node.get("type", ""), "another value"))
    bounds = _bounds(node)
    if not bounds:
        return words
    return f"a whole number, {bounds}" if node.get("type") == "integer" else bounds


def allowed_keys(node: Node) -> list[str]:
    """The keys of an object: its fields, or the names a mapping takes."""
    return sorted(node.get("properties", node.get("propertyNames", {}).get("enum", ())))


def node_at(schema: Node, path: Iterable[str | int]) -> Node:
    """The schema node a key path leads to; an empty one where it leads nowhere."""
    node = _resolved(schema, schema)
    for part in path:
        node = _resolved(schema, _without_null(node))
        node = node.get("items", {}) if isinstance(part, int) else _below(node, part)
        node = _resolved(schema, node)
    return node


def _below(node: Node, key: str) -> Node:
    """What a key of an object holds: a field, or any value of a mapping, whatever its keys may be."""
    named = node.get("patternProperties", {}).values()
    anything: Node = node.get("additionalProperties") or next(iter(named), {})
    found: Node = node.get("properties", {}).get(key) or anything
    return found


def _without_null(node: Node) -> Node:
    """The first choice that is no null, where there are choices."""
    choices = (choice for choice in node.get("anyOf", ()) if choice.get("type") != "null")
    return next(choices, node)


def _resolved(schema: Node, node: Node) -> Node:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _bounds(node: Node) -> str:
    low = _bound(node.get("exclusiveMinimum"), "{} < ") or _bound(node.get("minimum"), "{} <= ")
    high = _bound(node.get("exclusiveMaximum"), " < {}") or _bound(node.get("maximum"), " <= {}")
    return f"{low}value{high}" if low or high else ""


def _bound(limit: float | None, form: str) -> str:
    return "" if limit is None else form.format(f"{limit:.12g}")
