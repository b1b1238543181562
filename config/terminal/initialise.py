"""`init`: the guided way from the demonstration to a real desk; writes `.env` and the profile choice."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadInput, StoreUnusable

KEY_LINE = re.compile(r"^[A-Z][A-Z0-9_]*=\S+$")
PROFILES = ("rules", "live", "auto")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for: the profile, a key for language models, a folder of bars, the store."""

    profile: str
    openrouter_key: str | None = None
    market_data_dir: str | None = None
    store: str | None = None


def write(root: Path, choices: Choices, *, overwrite: bool = False) -> list[Path]:
    """Write ``.env`` (mode 0600) and the profile into ``config/models.yaml``; returns the files.

    BadInput when ``.env`` is there already and may not be replaced, or for an unknown profile.
    """
    if choices.profile not in PROFILES:
        raise BadInput(f"profile {choices.profile!r} is unknown: use one of {', '.join(PROFILES)}")
    env, models = root / ".env", root / "config" / "models.yaml"
    if env.exists() and not overwrite:
        raise BadInput(f"{env.name} is there already: keep it, or give --overwrite to replace it")
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


def _write_env(env: Path, choices: Choices) -> None:
    lines = [
        f"{name}={value}"
        for name, value in (
            ("OPENROUTER_API_KEY", choices.openrouter_key),
            ("MARKET_DATA_DIR", choices.market_data_dir),
            ("DATABASE_URL", choices.store),
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
