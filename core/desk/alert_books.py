"""What one channel is owed, what it got, and how it failed: changed by `AlertLog` alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from core.rules.alert_timing import Kept
from core.schemas.alert import Alert


@dataclass(slots=True)
class Owed:
    """An alert a channel has yet to get. ``attempted_at`` is set while an attempt is under way."""

    alert: Alert
    version: int
    attempts: int = 0
    attempted_at: datetime | None = None

    def kept_beside(self, known: Kept | None) -> Kept:
        """What a later alert is compared with: the newer of this one and what was kept before."""
        if known is not None and known.version > self.version:
            return known
        return Kept(self.alert.occurred_at, self.alert.severity, self.version)


@dataclass(slots=True)
class ChannelBook:
    """One channel: what it is owed, what it got in the last hour, its failures since a success."""

    owed: dict[str, Owed] = field(default_factory=dict)
    sent: deque[datetime] = field(default_factory=deque)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    failures: int = 0
    failed_at: datetime | None = None
    failed_version: int = 0

    def keep(self, owed: Owed) -> None:
        """The alert counts: a later one of its kind and subject may repeat it."""
        key = (owed.alert.kind, owed.alert.subject)
        self.kept[key] = owed.kept_beside(self.kept.get(key))
