"""Events of alerts: raised from another event, and per channel tried, delivered or left out."""

from __future__ import annotations

from datetime import datetime

from core.events.envelope import Event
from core.schemas.alert import AlertKind, Body, ChannelName, Severity, Subject, Title


class AlertRaised(Event):
    """An alert, before anybody is told; it occurred when its source did.

    ``source_event_id`` is the event it was made from (for a missing heartbeat: an id made of the
    last one), ``link`` a path of the web pages.
    """

    alert_id: str
    kind: AlertKind
    severity: Severity
    subject: Subject
    title: Title
    body: Body
    link: str
    source_event_id: str


class AlertsFollowed(Event):
    """Every event up to ``position`` was looked at; ``skipped`` of them were too old to be told."""

    position: int
    skipped: int = 0


class AlertChannelOpened(Event):
    """From now on the channel is owed every alert that occurred at ``since`` or later."""

    channel: ChannelName
    since: datetime


class AlertChannelClosed(Event):
    """The channel is no longer configured; what it was still owed is dropped."""

    channel: ChannelName


class AlertAttempted(Event):
    """Committed before an alert is sent: no other process sends it while this attempt lasts."""

    alert_id: str
    channel: ChannelName
    attempt: int


class AlertDelivered(Event):
    alert_id: str
    channel: ChannelName


class AlertFailed(Event):
    """The attempt did not arrive, with why in one line; it is tried again later."""

    alert_id: str
    channel: ChannelName
    attempt: int
    reason: str


class AlertSuppressed(Event):
    """Not sent on this channel, for good: a repetition, or below the channel's severity."""

    alert_id: str
    channel: ChannelName
    reason: str
