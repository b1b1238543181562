"""When an order is sent decides what it fills at, not when its week began."""

from __future__ import annotations

import asyncio
from datetime import date, time

import pytest

from config.settings import load_settings
from config.wiring import build_desk, open_store, scratch_desk
from core.clock import FixedClock, at_new_york
from core.desk.order_route import RecordingRoute
from core.desk.replay import replay
from core.desk.settle import settle
from core.desk.weekly import run_week
from core.desk.writing import account_stream, append_one, new_event
from core.events.account import OrderAccepted, OrderFilled, OrderIntended, OrderRejected
from core.schemas.order import Purpose
from core.types import Side, WeekId
from tests.fakes.desks import bench, on, rules_settings

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


def a_flip(at):
    """A desk that holds a position, and turns it at ``at``: the close is sent, the opening waits for it."""
    made = bench(rules_settings(), at=on("2024-03-06"))
    asyncio.run(run_week(made.desk, WEEK))
    made.at(on("2024-03-06", "16:05"))
    settle(made.desk, made.desk.clock.now())
    bought = next(
        event.intent for event in made.events(OrderIntended) if event.intent.side is Side.BUY
    )
    made.at(at)
    account, close, opening = bought.account_id, "flip-close", "flip-open"
    turned = {"side": Side.SELL, "decided_at": at}
    legs = [
        {"client_order_id": close, "purpose": Purpose.CHECKPOINT_CLOSE, "sequence": 90},
        {"client_order_id": opening, "purpose": Purpose.CHECKPOINT_OPEN, "sequence": 91},
    ]
    legs[1]["after"] = close
    intents = [bought.model_copy(update={**turned, **leg}) for leg in legs]
    stream = account_stream(account)
    for intent in intents:
        event = OrderIntended(intent=intent)
        append_one(made.store, stream, new_event(stream, event, [intent.client_order_id], at))
    RecordingRoute(made.desk, at).submit(intents)
    return made, opening


@pytest.mark.parametrize(
    ("again", "is_sent"),
    [
        (on("2024-03-07", "16:05"), True),
        (on("2024-03-08", "09:35"), True),
        (on("2024-03-11", "09:35"), False),
        (on("2024-03-28", "12:10"), False),
    ],
)
def test_a_position_decided_long_ago_is_not_opened_today(again, is_sent):
    """Off between the close of a position and the opening that was to follow it."""
    made, opening = a_flip(on("2024-03-07", "12:00"))
    made.at(again)
    settle(made.desk, on("2024-03-07", "16:05"))  # the first slot that is caught up
    accepted = {event.client_order_id for event in made.events(OrderAccepted)}
    refused = {event.client_order_id: event.reason for event in made.events(OrderRejected)}
    assert (opening in accepted, opening in refused) == (is_sent, not is_sent)
    if not is_sent:
        assert "comes too late" in refused[opening]
        settle(made.desk, again)
        assert not made.desk.books.book(
            made.events(OrderRejected)[-1].client_order_id and "acct_1"
        ).open_orders
