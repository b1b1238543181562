"""A YAML file as plain values, with the line of every key kept for messages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from core.errors import ConfigError

KeyPath: TypeAlias = tuple[str | int, ...]
TAG = "tag:yaml.org,2002:"
DEEPEST = 30


if TYPE_CHECKING:
    from yaml import SafeLoader as Parser
else:  # libyaml's where the package has it: the same nodes in a tenth of the time
    Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlainLoader(Parser):
    """YAML 1.2's plain scalars alone: ``08:00`` is no number here, ``on`` and ``no`` are words."""


PlainLoader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
):
    PlainLoader.add_implicit_resolver(f"{TAG}{_kind}", re.compile(_pattern), _first)


@dataclass(frozen=True)
class YamlSource:
    """``shown`` is the file's name in messages, ``lines`` the line (from 1) of each key path."""

    shown: str
    data: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def at(self, path: KeyPath) -> str:
        """``config/risk.yaml:7`` for a key, or for the nearest key above it."""
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return f"{self.shown}:{line}"
        return self.shown

    def as_json(self) -> str:
        return json.dumps(self.data)


def read_yaml(path: Path, shown: str) -> YamlSource:
    """The file's mapping; anything that is not one clean mapping is a ConfigError with its line."""
    node = _compose(path, shown)
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{shown}:1: the file must hold keys and values, not {_kind_of(node)}")
    reader = _Reader(shown)
    return YamlSource(shown, reader.plain(node, ()), reader.lines)


def _compose(path: Path, shown: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(path.read_bytes(), Loader=PlainLoader)
    except OSError as error:
        raise ConfigError(
            f"{shown}: cannot be read ({error.strerror}): restore the file"
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = ", ".join(filter(None, (error.context, error.problem)))
        raise ConfigError(f"{shown}:{line}: not YAML: {what}") from error
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0]
        raise ConfigError(f"{shown}: not YAML text: {first}") from error
    return node


def _kind_of(node: yaml.Node | None) -> str:
    if node is None:
        return "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else f"{node.value!r}"


class _Reader:
    """Turns nodes into plain values and notes where each key stands."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.lines: dict[KeyPath, int] = {}

    def plain(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if len(path) > DEEPEST:
            raise ConfigError(
                f"{self.shown}:{self.lines[path]}: nested deeper than {DEEPEST} levels"
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, place)) for place, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConfigError(f"{self.shown}:{line}: a key must be one word")
            key = str(key_node.value)
            if key in found:
                first = self.lines[(*path, key)]
                raise ConfigError(
                    f"{self.shown}:{line}: {key}: given twice (first on line {first}): keep one"
                )
            self.lines[(*path, key)] = line
            found[key] = self.plain(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        text, kind = str(node.value), node.tag.removeprefix(TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return text == "true"
        if kind == "int" and len(text) < 19:
            return int(text)
        return float(text) if kind in ("int", "float") else text
