"""Events of the desk itself: how it was set up, with which settings and prompts."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from core.events.envelope import Event
from core.types import StoreKind


class DeskConfigured(Event):
    """What this store is: its kind, the profile resolved once, and the accounts' starting point."""

    kind: StoreKind
    profile: str
    settings_fingerprint: str
    market_source: str
    seed: int


class SettingsRecorded(Event):
    """A whole policy under its fingerprint, so that any run can be replayed with its own."""

    fingerprint: str
    policy: Mapping[str, JsonValue]


class PromptsRecorded(Event):
    """Every prompt template under the library's fingerprint."""

    fingerprint: str
    templates: Mapping[str, str]


class SlotFinished(Event):
    """A scheduled slot that was run: its job, its instant (UTC ISO) and what came of it."""

    job: str
    slot: str
    outcome: str
    detail: str = ""
