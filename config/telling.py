"""Telling people: the log's alerts raised and brought to every channel, round by round."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from config.alert_notifier import notifier_of
from config.alerts import load_alerting
from config.settings import Settings
from core.desk.alert_delivery import deliver
from core.desk.alerts import alert_desk, raise_alerts
from core.desk.desk import Desk
from core.desk.shift import Aside
from storage.event_store import SqlEventStore


def teller_of(settings: Settings) -> Callable[[SqlEventStore, Desk], Aside]:
    """What a leader does at each round so that somebody hears of it; ConfigError for a wrong file."""
    alerting = load_alerting(settings)
    notifier = notifier_of(alerting)

    def for_desk(store: SqlEventStore, desk: Desk) -> Aside:
        profile = settings.policy.profile
        names = {one.account_id: one.name for one in settings.policy.accounts}
        told = alert_desk(store, alerting.policy, names, profile.council_account, desk.clock)

        async def tell() -> None:
            await asyncio.to_thread(raise_alerts, told)
            await deliver(told, notifier)

        return tell

    return for_desk
