"""The watch of a running process: rounds beside its work, one at a time, that stop nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from config.alert_watch import AlertWatch, alert_watch
from core.clock import FixedClock
from core.errors import StoreUnusable
from tests.fakes.alerts import NOON, FakeNotifier, a_desk, memory, slot
from tests.fakes.desks import rules_settings


@pytest.fixture
def store():
    with_store = memory()
    yield with_store
    with_store.close()


def test_a_round_raises_and_delivers(store):
    notifier = FakeNotifier()
    slot(store)
    assert asyncio.run(AlertWatch(a_desk(store, FixedClock(NOON)), notifier).round()) == 1
    assert len(notifier.taken) == 1


def test_a_hanging_channel_holds_up_no_work_and_no_second_round_begins(store):
    async def hang(_channel, _alert):
        await asyncio.sleep(3600)

    async def worked() -> int:
        notifier = FakeNotifier(before=hang)
        watch = AlertWatch(a_desk(store, FixedClock(NOON)), notifier)
        for _ in range(5):
            watch.start()
            await asyncio.sleep(0)
        await watch.stop()
        return notifier.asked

    slot(store)
    assert asyncio.run(asyncio.wait_for(worked(), 5)) == 1


@pytest.mark.parametrize("fault", [StoreUnusable("the disk is full"), KeyError("a defect")])
def test_whatever_stops_a_round_is_said_once_and_tried_again(store, caplog, fault):
    caplog.set_level(logging.WARNING, "council.alerts")
    notifier = FakeNotifier()
    desk = a_desk(store, FixedClock(NOON))
    watch = AlertWatch(desk, notifier)
    real = desk.log.refresh

    def broken():
        raise fault

    async def ticks(count: int) -> None:
        for _ in range(count):
            watch.start()
            await asyncio.sleep(0.05)

    async def worked() -> None:
        desk.log.refresh = broken
        await ticks(4)
        desk.log.refresh = real
        await ticks(2)

    slot(store)
    asyncio.run(worked())
    assert caplog.messages == [f"alerts wait: {fault}"]
    assert len(notifier.taken) == 1


def test_silence_is_told_by_whoever_still_lives(store):
    notifier = FakeNotifier()
    watch = AlertWatch(a_desk(store, FixedClock(NOON)), notifier)
    assert asyncio.run(watch.silence(NOON - timedelta(hours=1))) == 1
    assert asyncio.run(watch.silence(NOON - timedelta(hours=1))) == 0
    assert "No sign of life" in notifier.titles()[0]


def test_the_project_s_own_settings_make_a_watch_that_logs(store, caplog):
    caplog.set_level(logging.INFO, "council.alerts")
    slot(store)
    watch = alert_watch(rules_settings(), store, FixedClock(NOON))
    assert asyncio.run(watch.round()) == 1
    assert "Job failed: checkpoint/" in caplog.text
