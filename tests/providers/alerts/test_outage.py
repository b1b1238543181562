"""An hour without the channel, over real sockets: afterwards every alert is there exactly once."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import timedelta

import pytest

from core.alert_policy import LOG, LOG_CHANNEL, ChannelPolicy
from core.clock import FixedClock
from core.desk.alert_delivery import deliver
from core.desk.alerts import raise_alerts
from providers.alerts.apprise import AppriseNotifier
from providers.alerts.log import LogNotifier
from providers.alerts.routed import RoutedNotifier
from tests.fakes.alerts import NOON, a_desk, memory, policy, slot
from tests.servers.alert_server import (
    ANSWERS_500,
    HANGS,
    REFUSES,
    TAKES,
    alert_server,
    listening,
)

TICK = timedelta(seconds=20)
HOUR = timedelta(hours=1)
CHANNELS = policy(channels={"chat": ChannelPolicy(per_hour=None), LOG: LOG_CHANNEL})


@pytest.mark.parametrize("fault", [REFUSES, HANGS, ANSWERS_500])
def test_after_an_hour_down_every_alert_was_delivered_once(fault, tmp_path):
    with alert_server(fault) as server:
        store, clock = memory(f"sqlite:///{tmp_path}/events.db"), FixedClock(NOON)
        chat = AppriseNotifier({"chat": server.url}, deadline_s=0.1)
        notifier = RoutedNotifier({"chat": chat, LOG: LogNotifier()})
        made = 0

        def tick(desk) -> None:
            clock.move_to(clock.now() + TICK)
            raise_alerts(desk)
            asyncio.run(deliver(desk, notifier))

        with ExitStack() as port:
            if fault != REFUSES:
                port.enter_context(listening(server))
            desk = a_desk(store, clock, CHANNELS)
            while clock.now() < NOON + HOUR:
                if made < 12 and clock.now() >= NOON + made * timedelta(minutes=5):
                    slot(store, NOON + made * timedelta(minutes=5))
                    made += 1
                if made == 6:  # half an hour in, the process is started anew
                    desk = a_desk(store, clock, CHANNELS)
                tick(desk)
            assert server.taken == []
        server.mood = TAKES
        with listening(server):
            for _ in range(60):
                tick(desk)
        store.close()
    assert made == 12
    assert len(server.taken) == len(set(server.titles())) == made
