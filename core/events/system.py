"""Events of the desk itself: how it was set up, with which settings and prompts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, JsonValue

from core.events.envelope import Event
from core.profile import ProfileName
from core.types import StoreKind, WeekId


class DeskConfigured(Event):
    """What this store is: its kind, the profile resolved once, and the accounts' starting point."""

    kind: StoreKind
    profile: ProfileName
    settings_fingerprint: str
    market_source: str
    seed: int
    broker: str = "simulated"


class SettingsRecorded(Event):
    """A whole policy under its fingerprint, so that any run can be replayed with its own."""

    fingerprint: str
    policy: Mapping[str, JsonValue]


class PromptsRecorded(Event):
    """Every prompt template under the library's fingerprint."""

    fingerprint: str
    templates: Mapping[str, str]


class SlotFinished(Event):
    """A scheduled slot that was run, and what came of it; enough to run the same slot again.

    ``slot`` is its natural key, ``at`` its instant, ``previous`` the checkpoint slot before it.
    """

    job: str
    slot: str
    at: datetime
    session: date
    label: str
    slot_week_id: WeekId
    previous: datetime | None
    outcome: str
    detail: str = ""


class AnchoredHead(BaseModel):
    """The last version of one stream and its hash (hex SHA-256), as an anchor saw them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stream_id: str
    version: int
    hash: str


class ChainAnchored(Event):
    """Every stream's head at ``position``, so that a cut-off tail can be proven later.

    ``digest`` is a SHA-256 (hex) over all heads sorted by stream; ``moved`` holds the heads that
    changed since the anchor before (``previous_digest``), so all anchors together name every head.
    """

    position: int
    streams: int
    digest: str
    previous_digest: str
    moved: tuple[AnchoredHead, ...]
