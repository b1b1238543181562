"""What the settings page reads: the process's own settings, and what the store says of itself."""

from __future__ import annotations

from config.effective import KEYS as KEY_PART
from config.effective import SettingLine, effective_lines
from config.settings import Settings
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries.versions import StoreVersions, store_versions


@kept
def versions(state: StoreState) -> StoreVersions:
    return store_versions(state.reader)


def lines(settings: Settings, *, names_people: bool) -> tuple[SettingLine, ...]:
    """Every value that is no key."""
    every = effective_lines(settings, names_people=names_people)
    return tuple(line for line in every if line.part != KEY_PART)


def keys(settings: Settings) -> tuple[SettingLine, ...]:
    """Every key by its name: present or absent, and where it was found."""
    every = effective_lines(settings, names_people=False)
    return tuple(line for line in every if line.part == KEY_PART)
