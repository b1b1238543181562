"""When an order is sent decides what it fills at, not when its week began."""

from __future__ import annotations

import asyncio
from datetime import date, time

from config.settings import load_settings
from config.wiring import build_desk, open_store, scratch_desk
from core.clock import FixedClock, at_new_york
from core.desk.replay import replay
from core.desk.settle import settle
from core.desk.weekly import run_week
from core.events.account import OrderFilled
from core.types import WeekId

WEDNESDAY, WEEK = date(2024, 3, 6), WeekId("2024-03-06")


def test_orders_sent_in_the_afternoon_fill_at_the_close_not_at_the_open_known_by_then():
    settings = load_settings(env={}, profile="rules", store="sqlite://")
    store = open_store(settings)
    clock = FixedClock(at_new_york(WEDNESDAY, time(8)))
    desk = build_desk(settings, store, clock=clock)
    asyncio.run(run_week(desk, WEEK, until="chairman"))
    clock.move_to(at_new_york(WEDNESDAY, time(14)))
    asyncio.run(run_week(desk, WEEK))
    clock.move_to(at_new_york(WEDNESDAY, time(16, 5)))
    settle(desk, clock.now())
    fills = [store.decode(row) for row in store.read_all(types=[OrderFilled.__name__])]
    assert fills
    assert {event.fill.price_kind for event in fills} == {"close"}
    assert asyncio.run(replay(store, WEEK, scratch_desk(settings, store))).identical
