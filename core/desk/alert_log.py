"""Where alerts stand: folded from their stream, and kept up to date as it grows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import singledispatchmethod

from core.clock import from_iso
from core.desk.alert_books import ChannelBook, Owed
from core.errors import ConcurrencyError, EventConflict
from core.events.alerts import (
    AlertAttempted,
    AlertChannelClosed,
    AlertChannelOpened,
    AlertDelivered,
    AlertFailed,
    AlertRaised,
    AlertsFollowed,
    AlertSuppressed,
)
from core.events.envelope import Append, Event, NewEvent, StoredEvent, event_id
from core.ports import EventStore
from core.rules.alert_timing import AN_HOUR
from core.schemas.alert import Alert
from core.types import StreamId

ALERT_STREAM = StreamId("system/alerts")
LONGEST_MEMORY = timedelta(days=7)
"""Alerts older than the newest by this much are owed to no channel that opens now."""
CLAIMANT = "claimant"
STALE = (ConcurrencyError, EventConflict)
"""Somebody else wrote first: the same event as ours, at another instant, or any other."""


class AlertLog:
    """Each refresh reads what came since the last one; nothing is kept that a restart would miss.

    ``claimant`` tells the attempts of this process from another's: it is telemetry, no history.
    """

    def __init__(self, store: EventStore, claimant: str | None = None) -> None:
        self.store = store
        self.claimant = claimant or secrets.token_hex(8)
        self.channels: dict[str, ChannelBook] = {}
        self.followed: int | None = None
        self.seen = 0
        self.version = 0
        self._recent: dict[str, Owed] = {}
        self._settled: dict[str, set[str]] = {}  # channels that are done with a recent alert

    def refresh(self) -> None:
        for row in self.store.read(ALERT_STREAM, self.version):
            self.version = row.version
            self._apply(self.store.decode(row), row)

    def append(self, events: Sequence[NewEvent]) -> Sequence[StoredEvent]:
        """Commit at the version last seen; ConcurrencyError when somebody else wrote meanwhile."""
        stored = self.store.commit([Append(ALERT_STREAM, events, self.version)])
        self.refresh()
        return stored

    def new_event(self, event: Event, what: Sequence[object], at: datetime) -> NewEvent:
        """An event of the alerts' stream, its id made of its type and ``what`` it is about."""
        return NewEvent(
            event=event,
            event_id=event_id(ALERT_STREAM, type(event).__name__, *what),
            occurred_at=at,
            metadata={"actor": "alerts"},
            telemetry={CLAIMANT: self.claimant},
        )

    def book(self, channel: str) -> ChannelBook:
        """One that is not open is owed nothing."""
        return self.channels.get(channel) or ChannelBook()

    def is_mine(self, stored: StoredEvent) -> bool:
        """Whether this process wrote it: another's equal event is taken for a repetition of ours."""
        return stored.telemetry.get(CLAIMANT) == self.claimant

    def is_raised(self, alert: Alert) -> bool:
        found = event_id(ALERT_STREAM, AlertRaised.__name__, alert.alert_id)
        return self.store.find(str(found)) is not None

    @singledispatchmethod
    def _apply(self, event: Event, row: StoredEvent) -> None:
        """An event of a later version of this program: nothing this one knows of."""

    @_apply.register
    def _(self, event: AlertRaised, row: StoredEvent) -> None:
        occurred_at = from_iso(row.occurred_at)
        alert = Alert(**dict(event), occurred_at=occurred_at)
        self._recent[alert.alert_id] = Owed(alert, row.version)
        self._settled[alert.alert_id] = set()
        self._forget(occurred_at - LONGEST_MEMORY)
        for book in self.channels.values():
            book.owed[alert.alert_id] = Owed(alert, row.version)

    @_apply.register
    def _(self, event: AlertsFollowed, row: StoredEvent) -> None:
        self.followed = max(event.position, self.followed or 0)
        self.seen = max(event.position, self.seen)

    @_apply.register
    def _(self, event: AlertChannelOpened, row: StoredEvent) -> None:
        owed = {
            alert_id: Owed(known.alert, known.version)
            for alert_id, known in self._recent.items()
            if known.alert.occurred_at >= event.since
            and event.channel not in self._settled[alert_id]
        }
        self.channels[event.channel] = ChannelBook(owed)

    @_apply.register
    def _(self, event: AlertChannelClosed, row: StoredEvent) -> None:
        self.channels.pop(event.channel, None)

    @_apply.register
    def _(self, event: AlertAttempted, row: StoredEvent) -> None:
        owed = self._owed(event.channel, event.alert_id)
        if owed is not None:
            owed.attempts, owed.attempted_at = event.attempt, from_iso(row.occurred_at)

    @_apply.register
    def _(self, event: AlertDelivered, row: StoredEvent) -> None:
        book = self.channels.get(event.channel)
        if book is None:
            return
        at = from_iso(row.occurred_at)
        book.failures, book.failed_at = 0, None
        book.sent.append(at)
        while at - book.sent[0] >= AN_HOUR:
            book.sent.popleft()
        owed = self._settle(event.channel, event.alert_id)
        if owed is not None:
            book.keep(owed)

    @_apply.register
    def _(self, event: AlertFailed, row: StoredEvent) -> None:
        owed = self._owed(event.channel, event.alert_id)
        if owed is not None:
            owed.attempted_at = None
        book = self.channels.get(event.channel)
        if book is not None:
            book.failures += 1
            book.failed_at, book.failed_version = from_iso(row.occurred_at), row.version

    @_apply.register
    def _(self, event: AlertSuppressed, row: StoredEvent) -> None:
        self._settle(event.channel, event.alert_id)

    def _settle(self, channel: str, alert_id: str) -> Owed | None:
        """The channel is done with the alert, now and when it is opened again."""
        self._settled.get(alert_id, set()).add(channel)
        book = self.channels.get(channel)
        return None if book is None else book.owed.pop(alert_id, None)

    def _owed(self, channel: str, alert_id: str) -> Owed | None:
        book = self.channels.get(channel)
        return None if book is None else book.owed.get(alert_id)

    def _forget(self, before: datetime) -> None:
        """What no new channel will be owed, and what nothing can repeat any more."""
        old = [key for key, owed in self._recent.items() if owed.alert.occurred_at < before]
        for key in old:
            del self._recent[key], self._settled[key]
        for book in self.channels.values():
            stale = [key for key, kept in book.kept.items() if kept.occurred_at < before]
            for subject in stale:
                del book.kept[subject]
