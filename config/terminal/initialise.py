"""`init`: the guided way from the demonstration to a real desk; writes `.env` and the profile choice."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import typer

from core.errors import BadInput, StoreUnusable

KEY_LINE = re.compile(r"^[A-Z][A-Z0-9_]*=(?:\S+|'[^'\n]+')$")
PROFILES = ("rules", "live", "auto")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for: the profile, a key for language models, a folder of bars, the store."""

    profile: str
    openrouter_key: str | None = None
    market_data_dir: str | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says; None is what it leaves open."""

    profile: str | None = None
    openrouter_key: str | None = None
    market_data_dir: str | None = None
    store: str | None = None


def complete(given: Given, *, asks: bool) -> Choices:
    """Ask for what is left open when somebody is there to answer."""
    profile = given.profile or _asked("Profile (rules, live, auto)", "rules", asks=asks)
    key, folder = given.openrouter_key, given.market_data_dir
    if key is None and profile != "rules":
        key = _asked("OpenRouter key (empty for none)", "", asks=asks, hidden=True)
    if folder is None:
        folder = _asked("Folder of daily bars (empty: generated prices)", "", asks=asks)
    return Choices(profile, key or None, folder or None, given.store)


def _asked(question: str, default: str, *, asks: bool, hidden: bool = False) -> str:
    if not asks:
        return default
    answer: str = typer.prompt(
        question, default=default, hide_input=hidden, show_default=bool(default)
    )
    return answer.strip()


def may_replace(root: Path, *, overwrite: bool, asks: bool) -> bool:
    """Whether ``.env`` may be replaced: as said, else as answered."""
    if overwrite or not asks or not (root / ".env").exists():
        return overwrite
    return typer.confirm(".env is there already. Replace it?", default=False)


def write(root: Path, choices: Choices, *, overwrite: bool = False) -> list[Path]:
    """Write ``.env`` (mode 0600) and the profile into ``config/models.yaml``; returns the files.

    BadInput when ``.env`` is there already and may not be replaced, for an unknown profile or a
    folder that is not there.
    """
    if choices.profile not in PROFILES:
        raise BadInput(f"profile {choices.profile!r} is unknown: use one of {', '.join(PROFILES)}")
    env, models = root / ".env", root / "config" / "models.yaml"
    if env.exists() and not overwrite:
        raise BadInput(f"{env.name} is there already: keep it, or give --overwrite to replace it")
    folder = choices.market_data_dir
    if folder is not None and not (root / Path(folder).expanduser()).is_dir():
        raise BadInput(f"{folder} is no folder: give one with daily bars, or none")
    try:
        text = _with_profile(models, choices.profile)
        _write_env(env, choices)
        models.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreUnusable(f"cannot write {error.filename}: {error.strerror}") from error
    return [env, models]


def _with_profile(models: Path, profile: str) -> str:
    """The file's text with its one ``profile:`` line changed; comments and the rest stay."""
    text = models.read_text(encoding="utf-8")
    changed, count = re.subn(r"(?m)^profile:.*$", f"profile: {profile}", text)
    if count != 1:
        raise BadInput(f"{models.name} has {count} lines `profile:`: it needs exactly one")
    return changed


def _quoted(folder: str) -> str:
    """A folder may have a space in its name."""
    plain = " " not in folder or any(mark in folder for mark in "'\n\\")
    return folder if plain else f"'{folder}'"


def _write_env(env: Path, choices: Choices) -> None:
    lines = [
        f"{name}={_quoted(value) if name == 'MARKET_DATA_DIR' else value}"
        for name, value in (
            ("OPENROUTER_API_KEY", choices.openrouter_key),
            ("MARKET_DATA_DIR", choices.market_data_dir),
            ("DATABASE_URL" if "://" in (choices.store or "") else "DATABASE_PATH", choices.store),
        )
        if value
    ]
    for line in lines:
        if not KEY_LINE.match(line):
            name = line.partition("=")[0]
            raise BadInput(f"{name} has a space or a line break in it: give one plain value")
    descriptor = os.open(env, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("".join(f"{line}\n" for line in lines))
