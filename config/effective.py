"""The effective settings as lines people read: which part, which key, what it is and who says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from config.origins import Origin
from config.secrets import key_names
from config.settings import Settings

DESK, VARIABLES, KEYS, OTHER = "Desk", "Variables", "Keys", "Other"
PARTS = {
    "profile": DESK,
    "store": DESK,
    "assets": "Assets",
    "schedule": "Schedule",
    "profiles": "Models",
    "risk": "Risk",
    "breaker": "Risk",
    "execution": "Risk",
    "council": "Council",
    "checkpoints": "Council",
    "strategies": "Strategies",
    "agents": "Models",
    "discovery": "Discovery",
}
PEOPLE = ("OPERATOR_EMAILS", "VIEWER_EMAILS")
"""Who has access is no business of everybody who may read."""


class SettingLine(NamedTuple):
    """One value as it may be shown, and its place: a file's line, a variable, or the default."""

    part: str
    name: str
    value: str
    origin: str


def effective_lines(settings: Settings, *, names_people: bool) -> tuple[SettingLine, ...]:
    """Every value in the order of ``origins``; people are only counted unless ``names_people``."""
    return tuple(_lines(settings, names_people=names_people))


def _lines(settings: Settings, *, names_people: bool) -> Iterator[SettingLine]:
    keys = key_names()
    for name, origin in settings.origins.items():
        part = KEYS if name in keys else _part(name)
        value = origin.value_shown if names_people else _counted(name, origin)
        yield SettingLine(part, name, value, origin.origin)


def _part(name: str) -> str:
    return VARIABLES if name.isupper() else PARTS.get(name.partition(".")[0], OTHER)


def _counted(name: str, origin: Origin) -> str:
    if name not in PEOPLE or origin.value_shown == "none":
        return origin.value_shown
    return f"{len(origin.value_shown.split(','))} given"
