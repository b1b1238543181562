"""One notifier over several: each channel goes to the adapter that knows it."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import AlertNotSent
from core.ports import Notifier
from core.schemas.alert import Alert


class RoutedNotifier:
    def __init__(self, by_channel: Mapping[str, Notifier]) -> None:
        self._by_channel = dict(by_channel)

    async def notify(self, channel: str, alert: Alert) -> None:
        notifier = self._by_channel.get(channel)
        if notifier is None:
            known = ", ".join(sorted(self._by_channel)) or "none"
            raise AlertNotSent(f"channel {channel} is not configured (known: {known})")
        await notifier.notify(channel, alert)
