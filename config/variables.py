"""Environment variables and ``.env`` as one look-up that knows where each value came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import parse_stream

from core.errors import ConfigError

ALIASES: Mapping[str, tuple[str, ...]] = {
    "APCA_API_KEY_ID": ("ALPACA_API_KEY",),
    "APCA_API_SECRET_KEY": ("ALPACA_SECRET_KEY",),
    "LLM_ANTHROPIC_API_KEY": ("ANTHROPIC_API_KEY",),
    "LLM_OPENAI_API_KEY": ("OPENAI_API_KEY",),
    "DATABASE_NAME": ("DB_NAME",),
    "DATABASE_USER": ("DB_USER",),
    "DATABASE_HOST": ("DB_HOST",),
    "DATABASE_PORT": ("DB_PORT",),
    "DATABASE_PASSWORD": ("DB_PASSWORD",),
    "PORT_BACKEND": ("PORT_FRONTEND",),
}
MUST_AGREE = ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY")
"""Which broker account is traded is never decided by which of two spellings was read first."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value (never shown by repr: it may be a key) and its place: ``environment X``, ``.env:3 X``."""

    value: str = field(repr=False)
    origin: str


class Variables:
    """Environment before ``.env``; in each the documented name before its aliases; empty is unset."""

    def __init__(self, environment: Mapping[str, Found], dotenv: Mapping[str, Found]) -> None:
        self._sources = (environment, dotenv)
        for name in MUST_AGREE:
            self._refuse_two_values(name)

    def find(self, name: str) -> Found | None:
        return next(self._spellings(name), None)

    def _spellings(self, name: str) -> Iterator[Found]:
        for source in self._sources:
            for spelling in (name, *ALIASES.get(name, ())):
                if spelling in source:
                    yield source[spelling]

    def _refuse_two_values(self, name: str) -> None:
        environment, dotenv = self._sources
        in_force = {**dotenv, **environment}
        given = [in_force[each] for each in (name, *ALIASES[name]) if each in in_force]
        if len({found.value for found in given}) > 1:
            places = " and ".join(found.origin for found in given)
            raise ConfigError(f"{places} differ: they mean the same key, keep one")


def read_variables(env_file: Path, env: Mapping[str, str] | None = None) -> Variables:
    """``env`` (else the process's environment) over the ``.env`` file, which need not exist."""
    given = os.environ if env is None else env
    environment = {
        name: Found(value.strip(), f"environment {name}")
        for name, value in given.items()
        if value.strip()
    }
    return Variables(environment, _read_dotenv(env_file))


def _read_dotenv(path: Path) -> dict[str, Found]:
    found: dict[str, Found] = {}
    try:
        with path.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return found
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: cannot be read as text: {error}") from error
    for binding in bindings:
        line = binding.original.line
        if binding.error or (binding.key and binding.value is None):
            raise ConfigError(f"{path.name}:{line}: not a line NAME=value: repair or remove it")
        if binding.key and binding.value and binding.value.strip():
            value = binding.value.strip()
            found[binding.key] = Found(value, f"{path.name}:{line} {binding.key}")
    return found
