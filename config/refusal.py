"""One line for a value that is not allowed: file, line, key, value, and what is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.allowed import Node, allowed_keys, allowed_text, node_at
from config.yaml_source import KeyPath, YamlSource
from core.errors import ConfigError

LONGEST_SHOWN = 60
WORDS = {True: "true", False: "false", None: "null"}


def refusal(source: YamlSource, model: type[BaseModel], error: ValidationError) -> ConfigError:
    """The first thing wrong in a file, as one line; how many more there are is said too."""
    errors = sorted(
        error.errors(include_url=False), key=lambda item: source.lines[_known(source, item)]
    )
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return ConfigError(f"{_describe(source, model.model_json_schema(), errors[0])}{more}")


def dotted(path: Iterable[str | int]) -> str:
    """A key path as people write it: ``profiles.live.seats[0].model``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def shown(value: object) -> str:
    """A refused value in a few words, as it stood in the file."""
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a group of keys"
    if value is None or isinstance(value, bool):
        return WORDS[value]
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _describe(source: YamlSource, schema: Node, error: ErrorDetails) -> str:
    path = _known(source, error)
    kind = error["type"]
    if kind == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
        return f"{_where(source, path)}unknown key{_hint(schema, path)}"
    if kind == "missing":
        wanted = allowed_text(node_at(schema, error["loc"]))
        return f"{_where(source, path)}{error['loc'][-1]} is missing ({wanted})"
    if kind == "value_error":
        return _rule_broken(source, path, error["msg"].removeprefix("Value error, "))
    value = shown(error["input"])
    return f"{_where(source, path)}{value} is not allowed ({_allowed(schema, path, error)})"


def _where(source: YamlSource, path: KeyPath) -> str:
    return f"{source.at(path)}: {dotted(path)}: " if path else f"{source.at(path)}: "


def _rule_broken(source: YamlSource, path: KeyPath, message: str) -> str:
    """A rule over several keys: its message starts with the key whose line is shown."""
    key, _, rest = message.partition(" ")
    if (*path, key) in source.lines:
        return f"{_where(source, (*path, key))}{rest}"
    return f"{_where(source, path)}{message}"


def _known(source: YamlSource, error: ErrorDetails) -> KeyPath:
    """The longest start of the error's place that stands in the file."""
    path: KeyPath = ()
    for part in error["loc"]:
        if (*path, part) not in source.lines:
            break
        path = (*path, part)
    return path


def _allowed(schema: Node, path: KeyPath, error: ErrorDetails) -> str:
    if error["type"] == "string_pattern_mismatch":
        return f"text like {error['ctx']['pattern']}"
    if error["type"].startswith(("too_", "string_too")):
        return error["msg"]
    return allowed_text(node_at(schema, path))


def _hint(schema: Node, path: KeyPath) -> str:
    allowed = allowed_keys(node_at(schema, path[:-1]))
    near = difflib.get_close_matches(str(path[-1]), allowed, n=1)
    guess = f", did you mean {near[0]}?" if near else ""
    return f"{guess} (allowed: {', '.join(allowed)})"
