"""Replaying weeks in which the broker itself ended orders: expired, in parts, or after the next claim."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from core.desk.dispatch import run_slot
from core.desk.settle import settle
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, session_slots
from core.desk.weekly import run_week
from core.events.account import OrderAccepted, OrderCancelled, OrderIntended
from core.types import WeekId
from tests.core.desk.test_settle import SlowToTell, part, sent_week
from tests.fakes.desks import Bench, bench, on, rules_settings

WEEK, NEXT = WeekId("2024-03-06"), WeekId("2024-03-13")


def fills_slot(made: Bench, day: str, clock: str = "09:35") -> None:
    made.desk.clock.move_to(on(day, clock))
    slots = session_slots(made.desk.policy.schedule, made.desk.calendar, date.fromisoformat(day))
    slot = next(one for one in slots if one.job is Job.FILLS and one.at == on(day, clock))
    assert asyncio.run(run_slot(made.desk, slot)) is SlotOutcome.DONE


@pytest.mark.parametrize("filled", [0, 2])
def test_an_order_the_broker_ended_replays(filled):
    made, broker, account, name = sent_week()
    if filled:
        broker.told[name] = [part(made, account, name, 1, filled)]
    broker.ended.add(name)
    fills_slot(made, "2024-03-06")
    (ended,) = made.events(OrderCancelled)
    assert ended.client_order_id == name
    assert made.replay(WEEK).difference is None


def test_an_order_that_ended_a_slot_after_its_part_replays():
    made, broker, account, name = sent_week()
    broker.told[name] = [part(made, account, name, 1, 2)]
    fills_slot(made, "2024-03-06")
    broker.ended.add(name)
    fills_slot(made, "2024-03-06", "16:05")
    assert len(made.events(OrderCancelled)) == 1
    assert made.replay(WEEK).difference is None


def test_an_order_that_ended_after_the_last_slot_replays():
    made, broker, _, name = sent_week()
    broker.ended.add(name)
    made.desk.clock.move_to(on("2024-03-06", "16:30"))
    settle(made.desk, made.desk.clock.now())
    assert len(made.events(OrderCancelled)) == 1
    assert made.replay(WEEK).difference is None


def test_an_order_that_ended_in_the_week_after_replays_in_both():
    made, broker, account, name = sent_week()
    broker.told[name] = [part(made, account, name, 1, 2)]
    fills_slot(made, "2024-03-06")
    made.desk.clock.move_to(on("2024-03-13", "08:00"))
    asyncio.run(run_week(made.desk, NEXT))
    broker.ended.add(name)
    fills_slot(made, "2024-03-13")
    assert name in {one.client_order_id for one in made.events(OrderCancelled)}
    assert made.replay(WEEK).difference is None
    assert made.replay(NEXT).difference is None


class Killed(BaseException):
    """The process is gone: nothing of ours catches this."""


def test_orders_sent_unrecorded_and_found_by_the_next_week_replay():
    made = bench(rules_settings(), at=on("2024-03-06"))
    broker = SlowToTell(made.desk.broker)
    made = replace(made, desk=replace(made.desk, broker=broker, broker_name="slow"))

    def taken_and_killed(tickets):
        broker._inner.place_all(tickets)
        raise Killed

    broker.place_all = taken_and_killed
    with pytest.raises(Killed):
        asyncio.run(run_week(made.desk, WEEK))
    del broker.place_all
    planned = {one.intent.client_order_id for one in made.events(OrderIntended)}
    made.desk.clock.move_to(on("2024-03-13", "08:00"))
    asyncio.run(run_week(made.desk, NEXT))
    assert planned <= {one.client_order_id for one in made.events(OrderAccepted)}
    assert made.replay(NEXT).difference is None
    assert made.replay(WEEK).difference is None
