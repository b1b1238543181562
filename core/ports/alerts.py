"""Bringing alerts to people."""

from __future__ import annotations

from typing import Protocol

from core.schemas.alert import Alert


class Notifier(Protocol):
    """Brings alerts to people, over channels known by their names.

    `notify` returns once the channel has taken the alert, or raises AlertNotSent with one line why;
    it never raises anything else, never takes longer than three minutes, and never says an address
    or a token. A channel nobody configured is AlertNotSent too.
    """

    async def notify(self, channel: str, alert: Alert) -> None: ...
