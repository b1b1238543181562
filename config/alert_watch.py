"""Alerts of a running process: one round after the other beside its work, never in its way."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from config.alert_notifier import notifier_of
from config.alerts import load_alerting
from config.settings import Settings
from core.clock import Clock
from core.desk.alert_delivery import deliver
from core.desk.alerts import AlertDesk, alert_desk, alert_if_silent, raise_alerts
from core.errors import CouncilError
from core.ports import EventStore, Notifier

LOGGER = logging.getLogger("council.alerts")


class AlertWatch:
    """One a process, made by `alert_watch`."""

    def __init__(self, desk: AlertDesk, notifier: Notifier) -> None:
        self._desk = desk
        self._notifier = notifier
        self._round: asyncio.Task[int] | None = None
        self._said = ""

    def start(self) -> None:
        """Begin a round in the running event loop, unless the last one still goes on.

        What stops a round is logged once and tried again by the next: alerts stop no work.
        """
        if self._round is not None and not self._round.done():
            return
        if self._round is not None and not self._round.cancelled():
            self._say(self._round.exception())
        self._round = asyncio.get_running_loop().create_task(self.round())

    async def round(self) -> int:
        """Raise what is new and send what is due; how many were delivered."""
        raise_alerts(self._desk)
        return await deliver(self._desk, self._notifier)

    async def silence(self, last_sign: datetime | None) -> int:
        """For whoever watches the scheduler from outside: tell of its silence, and send what is due."""
        alert_if_silent(self._desk, last_sign)
        return await self.round()

    async def stop(self) -> None:
        """Wait for the round under way to be cancelled; what it was sending is tried again later."""
        if self._round is not None and not self._round.done():
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)

    def _say(self, fault: BaseException | None) -> None:
        """Once a fault, until a round went well; one that is not ours is a defect and says where."""
        line = "" if fault is None else f"alerts wait: {fault}"
        if fault is not None and line != self._said:
            ours = isinstance(fault, CouncilError)
            LOGGER.warning(line) if ours else LOGGER.error(line, exc_info=fault)
        self._said = line


def alert_watch(settings: Settings, store: EventStore, clock: Clock) -> AlertWatch:
    """The watch over a store, as ``config/alerts.yaml`` and ``.env`` have it; ConfigError when wrong."""
    policy, alerting = settings.policy, load_alerting(settings)
    names = {account.account_id: account.name for account in policy.accounts}
    desk = alert_desk(store, alerting.policy, names, policy.profile.council_account, clock)
    return AlertWatch(desk, notifier_of(alerting))
