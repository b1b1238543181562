"""A JSON Schema in the dialect an endpoint can hold an answer to; the full one is checked by us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pydantic import JsonValue

Node = dict[str, JsonValue]
DEFINITIONS = "#/$defs/"
SILENT = {"$defs", "$schema", "$id", "title", "default", "examples", "discriminator", "deprecated"}
"""Keywords that say nothing about what is valid."""
FORMATS = (
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
)  # fmt: skip
GEMINI_KEEPS = {
    "type", "format", "title", "description", "enum", "minItems", "maxItems", "minimum", "maximum",
    "required", "default", "propertyOrdering",
}  # fmt: skip


class Inexpressible(ValueError):
    """Nothing in the dialect says the same: the prompt alone must hold the answer."""


def anthropic_schema(schema: Mapping[str, JsonValue]) -> Node | None:
    """Closed objects without constraints of size or form, which move into the description.

    None for what the dialect cannot say: open objects, tuples, recursion, values of any type.
    """
    try:
        _refuse_recursion(schema)
        node = _anthropic(dict(schema))
        definitions = _mapped(schema.get("$defs"), _anthropic)
    except Inexpressible:
        return None
    return {**node, "$defs": definitions} if definitions else node


def gemini_schema(schema: Mapping[str, JsonValue]) -> Node:
    """Enumerations in place of constants; keywords unknown there move into the description."""
    node = _gemini(dict(schema))
    definitions = _mapped(schema.get("$defs"), _gemini)
    return {**node, "$defs": definitions} if definitions else node


def _anthropic(schema: JsonValue) -> Node:
    if not isinstance(schema, Mapping):
        raise Inexpressible("a value of any type")
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    node: Node = {key: schema[key] for key in ("type", "enum", "const") if key in schema}
    taken = {*node, "description"}
    for key in ("anyOf", "oneOf"):
        if key in schema:
            node["anyOf"] = _each(schema[key], _anthropic)
            taken.add(key)
    if "object" in _types(schema):
        taken |= _close(node, schema)
    if "array" in _types(schema):
        taken |= _list(node, schema)
    if not node or "allOf" in schema:
        raise Inexpressible("a value of any type, or of several at once")
    if schema.get("format") in FORMATS:
        node["format"] = schema["format"]
        taken.add("format")
    return _described(node, schema, taken)


def _close(node: Node, schema: Mapping[str, JsonValue]) -> set[str]:
    """Writes the properties of an object that has no others; the keywords dealt with."""
    properties = _mapped(schema.get("properties"), _anthropic)
    more = schema.get("additionalProperties", not properties)
    if more not in (True, False) or (more and not properties):
        raise Inexpressible("an object with names of its own")
    node["properties"] = properties
    node["required"] = schema.get("required", [])
    node["additionalProperties"] = False
    return {"properties", "required", "additionalProperties"}


def _list(node: Node, schema: Mapping[str, JsonValue]) -> set[str]:
    """Writes the items of an array, which are all alike; the keywords dealt with."""
    if "items" not in schema or "prefixItems" in schema:
        raise Inexpressible("an array of anything, or a tuple")
    node["items"] = _anthropic(schema["items"])
    if schema.get("minItems") not in (0, 1):
        return {"items"}
    node["minItems"] = schema["minItems"]
    return {"items", "minItems"}


def _gemini(schema: JsonValue) -> Node:
    if not isinstance(schema, Mapping):
        return {}
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    node: Node = {key: schema[key] for key in GEMINI_KEEPS if key in schema}
    taken = set(node)
    if isinstance(schema.get("const"), str | int | float):
        node["enum"] = [schema["const"]]
        taken.add("const")
    for key in ("anyOf", "oneOf", "prefixItems"):
        if key in schema:
            node[key] = _each(schema[key], _gemini)
            taken.add(key)
    for key in ("items", "additionalProperties"):
        if key in schema:
            value = schema[key]
            node[key] = value if isinstance(value, bool) else _gemini(value)
            taken.add(key)
    if "properties" in schema:
        node["properties"] = _mapped(schema["properties"], _gemini)
        taken.add("properties")
    return _described(node, schema, taken)


def _described(node: Node, schema: Mapping[str, JsonValue], taken: Iterable[str]) -> Node:
    """With the constraints the dialect has no keyword for, told in words."""
    left = [f"{key}: {schema[key]}" for key in schema if key not in {*taken, *SILENT}]
    words = [str(schema.get("description") or "").strip()]
    if left:
        words.append("{" + ", ".join(left) + "}")
    told = "\n\n".join(filter(None, words))
    return {**node, "description": told} if told else node


def _types(schema: Mapping[str, JsonValue]) -> tuple[JsonValue, ...]:
    kind = schema.get("type")
    return tuple(kind) if isinstance(kind, list) else (kind,)


def _each(value: JsonValue, read: Callable[[JsonValue], Node]) -> JsonValue:
    return [read(part) for part in value] if isinstance(value, list) else []


def _mapped(value: JsonValue, read: Callable[[JsonValue], Node]) -> Node:
    return {name: read(part) for name, part in value.items()} if isinstance(value, dict) else {}


def _refuse_recursion(schema: Mapping[str, JsonValue]) -> None:
    """Inexpressible when a definition contains itself, directly or through others."""
    definitions = schema.get("$defs")
    known = definitions if isinstance(definitions, dict) else {}
    finished: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> None:
        if name in path or name not in known:
            raise Inexpressible(f"{name} contains itself, or is not defined")
        if name not in finished:
            for inner in _references(known[name]):
                follow(inner, (*path, name))
            finished.add(name)

    for name in _references({key: value for key, value in schema.items() if key != "$defs"}):
        follow(name, ())


def _references(value: JsonValue) -> set[str]:
    """The names of the definitions mentioned anywhere inside."""
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    own = value.get("$ref")
    found = {own.removeprefix(DEFINITIONS)} if isinstance(own, str) else set()
    return found.union(*map(_references, value.values()))
