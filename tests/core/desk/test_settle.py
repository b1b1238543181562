"""Settling: fills told out of order, and orders that a broker ended before they were filled."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.desk.opening import open_desk
from core.desk.settle import settle
from core.desk.weekly import run_week
from core.desk.writing import account_stream, append_one, new_event
from core.events.account import OrderCancelled, OrderFilled, OrderIntended
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus
from core.types import AccountId, StoreKind, WeekId
from tests.fakes.desks import Bench, bench, on, rules_settings

D = Decimal


class SlowToTell:
    """A broker whose fills a test releases, in any order, and whose orders it can end."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self.told: dict[str, list[BrokerFill]] = {}
        self.ended: set[str] = set()

    def __getattr__(self, name: str):
        return getattr(self._inner, name)

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        told = self.told.get(client_order_id, [])
        return sorted(told, key=lambda fill: fill.filled_at)

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        order = self._inner.find(account_id, client_order_id)
        if order is None:
            return None
        filled = sum((f.quantity for f in self.told.get(client_order_id, [])), D(0))
        over = client_order_id in self.ended
        status = OrderStatus.CANCELLED if over else OrderStatus.ACCEPTED
        return order.model_copy(update={"filled_quantity": filled, "status": status})


def sent_week() -> tuple[Bench, SlowToTell, AccountId, str]:
    """A desk whose week's orders are sent, and one of them."""
    desk = bench(rules_settings(), at=on("2024-03-06"))
    broker = SlowToTell(desk.desk.broker)
    waiting = replace(desk, desk=replace(desk.desk, broker=broker, broker_name="slow"))
    asyncio.run(run_week(waiting.desk, WeekId("2024-03-06")))
    for account in waiting.desk.policy.accounts:
        orders = waiting.desk.books.book(account.account_id).open_orders
        if orders:
            return waiting, broker, account.account_id, next(iter(orders))
    raise AssertionError("no order was sent")


def part(desk: Bench, account: AccountId, name: str, number: int, quantity: int) -> BrokerFill:
    """A fill at the ``number``-th second after the open."""
    intent = desk.desk.books.book(account).open_orders[name].intent
    return BrokerFill(
        fill_id=f"{name}/{number}",
        client_order_id=name,
        account_id=account,
        symbol=intent.symbol,
        side=intent.side,
        quantity=D(quantity),
        price=intent.reference_price,
        commission=D(0),
        filled_at=on("2024-03-06", "09:30") + timedelta(seconds=number),
        session=on("2024-03-06").date(),
        price_kind="trade",
        source="test",
    )


def test_a_fill_told_after_a_later_one_is_recorded_and_none_twice():
    desk, broker, account, name = sent_week()
    early, late = part(desk, account, name, 1, 2), part(desk, account, name, 2, 3)
    at = desk.at(on("2024-03-06", "09:35")).desk.clock.now()
    broker.told[name] = [late]
    settle(desk.desk, at)
    broker.told[name] = [early, late]
    settle(desk.desk, at)
    settle(desk.desk, at)
    recorded = [event.fill.fill_id for event in desk.events(OrderFilled)]
    assert recorded == [late.fill_id, early.fill_id]
    assert desk.desk.books.book(account).open_orders[name].filled == D(5)


def test_an_order_that_expired_keeps_its_fills_and_is_counted_on_no_more():
    desk, broker, account, name = sent_week()
    at = desk.at(on("2024-03-06", "16:05")).desk.clock.now()
    broker.told[name] = [part(desk, account, name, 1, 2)]
    broker.ended.add(name)
    settle(desk.desk, at)
    settle(desk.desk, at)
    book = desk.desk.books.book(account)
    assert name not in book.open_orders
    assert abs(sum(book.expected_positions().values())) == D(2)
    (ended,) = desk.events(OrderCancelled)
    assert ended.client_order_id == name


def test_an_order_that_ended_stays_open_while_a_fill_of_it_is_not_told():
    desk, broker, account, name = sent_week()
    at = desk.at(on("2024-03-06", "16:05")).desk.clock.now()
    broker.ended.add(name)
    missing = part(desk, account, name, 1, 2)
    broker.told[name] = [missing]
    listed, broker.fills = broker.fills, lambda *_: ()
    settle(desk.desk, at)
    assert name in desk.desk.books.book(account).open_orders
    broker.fills = listed
    settle(desk.desk, at)
    assert name not in desk.desk.books.book(account).open_orders


def test_orders_another_process_sent_to_the_simulated_broker_fill_and_end_here_too():
    """A scheduler is up, and the week is run, and partly taken back, from a command line."""
    up = bench(rules_settings(), at=on("2024-01-03", "08:00"), kind=StoreKind.REAL)
    open_desk(up.desk, up.desk.clock.now())
    assert settle(up.desk, up.desk.clock.now()) == 0
    by_hand = bench(up.settings, up.store, clock=up.desk.clock, kind=StoreKind.REAL)
    asyncio.run(run_week(by_hand.desk, WeekId("2024-01-03")))
    one, *others = [intent for intent in sent(up) if intent.account_id != "acct_6"]
    by_hand.desk.broker.cancel(one.account_id, one.client_order_id)
    gone = OrderCancelled(client_order_id=one.client_order_id, reason="by hand")
    stream = account_stream(one.account_id)
    new = new_event(stream, gone, [one.client_order_id], up.desk.clock.now())
    append_one(up.store, stream, new)
    up.at(on("2024-01-03", "09:35"))
    assert settle(up.desk, up.desk.clock.now()) == len(others) > 0
    assert up.desk.broker.positions(one.account_id) == {}


def sent(made):
    return [event.intent for event in made.events(OrderIntended)]
