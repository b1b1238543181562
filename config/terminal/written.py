"""Settings written to files: single lines of YAML replaced in place, `.env` merged, all or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from core.errors import BadInput, StoreUnusable

ENV_LINE = re.compile(r"^[A-Z][A-Z0-9_]*=(?:\S+|'[^'\n]+')$")
NAME = re.compile(r"^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=")


class Change(NamedTuple):
    """One line to change: the expression that finds it, what replaces it, and what it is called."""

    pattern: str
    replacement: str
    called: str


def replace_in_yaml(file: Path, changes: Iterable[Change]) -> str:
    """The file's text with exactly those lines changed; comments and the rest stay."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise StoreUnusable(f"cannot read {error.filename}: {error.strerror}") from error
    for change in changes:
        text, count = re.subn(change.pattern, change.replacement, text)
        if count != 1:
            raise BadInput(
                f"{file.name} has {count} lines `{change.called}`: it needs exactly one to change"
            )
    return text


def write_all(
    env: Path, variables: Mapping[str, str], texts: Mapping[Path, str], *, overwrite: bool
) -> list[Path]:
    """Write the variables into ``.env`` beside what is there, then the texts; returns the files.

    BadInput for a variable that has another value there, unless ``overwrite``.
    """
    lines = {name: _line(name, value) for name, value in variables.items()}
    try:
        before = env.read_text(encoding="utf-8").splitlines() if env.exists() else []
        kept = [line for line in before if _name(line) not in lines]
        changed = sorted({_name(line) or "" for line in before} & set(lines))
        differing = [name for name in changed if lines[name] not in before]
        if differing and not overwrite:
            raise BadInput(
                f"{', '.join(differing)} in {env.name} would change: give --overwrite to replace it"
            )
        _write_private(env, [*kept, *lines.values()])
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreUnusable(f"cannot write {error.filename}: {error.strerror}") from error
    return [env, *texts]


def _name(line: str) -> str | None:
    found = NAME.match(line)
    return found.group(1) if found else None


def _line(name: str, value: str) -> str:
    """A folder may have a space in its name, a key may not."""
    quotable = name == "MARKET_DATA_DIR" and not any(mark in value for mark in "'\n\\")
    line = f"{name}='{value}'" if quotable and " " in value else f"{name}={value}"
    if not ENV_LINE.match(line):
        raise BadInput(f"{name} has a space or a line break in it: give one plain value")
    return line


def _write_private(env: Path, lines: Iterable[str]) -> None:
    descriptor = os.open(env, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("".join(f"{line}\n" for line in lines))
