"""The newest alerts and what became of each on every channel, for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch

from core.clock import from_iso
from core.desk.alert_log import ALERT_STREAM
from core.events.alerts import (
    AlertDelivered,
    AlertFailed,
    AlertRaised,
    AlertSuppressed,
)
from core.events.envelope import Event
from core.ports import EventStore
from core.rules.alert_text import new_york
from core.schemas.alert import Alert


@dataclass(slots=True)
class ListedAlert:
    """``channels`` says in a few words what became of it there; a channel without words owes it."""

    alert: Alert
    channels: dict[str, str] = field(default_factory=dict)


def newest_alerts(store: EventStore, count: int, after_version: int = 0) -> list[ListedAlert]:
    """The last ``count`` alerts raised, newest first; those after this version of their stream only."""
    listed: dict[str, ListedAlert] = {}
    for row in store.read(ALERT_STREAM, after_version):
        event = store.decode(row)
        if isinstance(event, AlertRaised):
            alert = Alert(**dict(event), occurred_at=from_iso(row.occurred_at))
            listed[alert.alert_id] = ListedAlert(alert)
            continue
        words = _fate(event, new_york(from_iso(row.occurred_at)))
        if words is not None:
            alert_id, channel, told = words
            if alert_id in listed:
                listed[alert_id].channels[channel] = told
    return list(listed.values())[: -count - 1 : -1]


@singledispatch
def _fate(event: Event, at: str) -> tuple[str, str, str] | None:  # noqa: ARG001 - singledispatch needs them
    """Alert, channel, and what became of it there; None for an event that settles nothing."""
    return None


@_fate.register
def _(event: AlertDelivered, at: str) -> tuple[str, str, str]:
    return event.alert_id, event.channel, f"delivered {at}"


@_fate.register
def _(event: AlertFailed, at: str) -> tuple[str, str, str]:
    return event.alert_id, event.channel, f"{event.attempt} failed, last {at}: {event.reason}"


@_fate.register
def _(event: AlertSuppressed, at: str) -> tuple[str, str, str]:
    return event.alert_id, event.channel, f"left out {at} ({event.reason})"
