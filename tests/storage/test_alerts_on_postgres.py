"""The outbox on PostgreSQL: two stores on one database send each alert once, and hash as SQLite does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.desk.alert_delivery import deliver
from core.desk.alerts import raise_alerts
from tests.fakes.alerts import NOON, FakeNotifier, a_desk, memory, slot

ALERTS = 6


@pytest.mark.postgres
def test_two_processes_on_postgres_send_each_alert_once(pg_url):
    one, other, clock = memory(pg_url), memory(pg_url), FixedClock(NOON)
    for number in range(ALERTS):
        slot(one, NOON - number * timedelta(hours=1))
    notifier = FakeNotifier(before=lambda *_: asyncio.sleep(0.001))
    desks = [a_desk(one, clock), a_desk(other, clock)]

    async def both() -> None:
        raise_alerts(desks[0])
        await asyncio.gather(*(deliver(desk, notifier) for desk in desks))

    asyncio.run(both())
    one.close()
    other.close()
    assert len(notifier.titles()) == len(set(notifier.titles())) == ALERTS


@pytest.mark.postgres
def test_both_databases_keep_the_same_alerts(pg_url):
    def told(url: str) -> str:
        store, clock = memory(url), FixedClock(NOON)
        slot(store)
        desk = a_desk(store, clock)
        raise_alerts(desk)
        asyncio.run(deliver(desk, FakeNotifier()))
        digest = store.head("system/alerts").hash
        store.close()
        return digest

    assert told(pg_url) == told("sqlite://")
