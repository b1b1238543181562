"""The Broker port's contract: one suite that every adapter's tests inherit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest

from core.errors import OrderRefused
from core.ports import Broker
from core.schemas.order import BrokerOrder, OrderStatus, OrderTicket
from core.types import AccountId, Side

D = Decimal


@dataclass
class BrokerDesk:
    """A broker under test and what surrounds it.

    ``let_fill`` brings time, or the server behind the adapter, to where every accepted market order
    is filled. ``reopen`` gives the adapter after a restart of the process that had sent the tickets
    given, its books rebuilt the way the desk does it. ``symbol`` is shortable, ``unshortable`` is not, both trade.
    """

    broker: Broker
    account: AccountId
    starting_cash: Decimal
    decided_at: datetime
    let_fill: Callable[[], None]
    reopen: Callable[[Sequence[OrderTicket]], Broker]
    symbol: str = "SPY"
    unshortable: str = "UUP"
    traded: list[OrderTicket] = field(default_factory=list)

    def ticket(
        self, order_id: str = "order-1", side: Side = Side.BUY, quantity: str = "10", symbol=None
    ) -> OrderTicket:
        return OrderTicket(
            client_order_id=order_id,
            account_id=self.account,
            symbol=symbol or self.symbol,
            side=side,
            quantity=D(quantity),
            decided_at=self.decided_at,
        )

    def trade(self, *args: str, **kwargs: object) -> BrokerOrder:
        """Place an order and see it filled."""
        ticket = self.ticket(*args, **kwargs)
        self.broker.place(ticket)
        self.traded.append(ticket)
        self.let_fill()
        order = self.broker.find(self.account, ticket.client_order_id)
        assert order is not None
        assert order.status is OrderStatus.FILLED
        return order


class BrokerContract:
    """Subclasses give the fixture ``desk``: a BrokerDesk with a fresh account."""

    def test_a_fresh_account_has_its_cash_and_no_position(self, desk: BrokerDesk):
        assert desk.broker.cash(desk.account) == desk.starting_cash
        assert desk.broker.positions(desk.account) == {}

    def test_an_accepted_order_is_found_by_its_client_id(self, desk: BrokerDesk):
        placed = desk.broker.place(desk.ticket())
        found = desk.broker.find(desk.account, "order-1")
        assert placed.broker_order_id
        assert found is not None
        assert found.broker_order_id == placed.broker_order_id
        assert (found.side, found.quantity, found.symbol) == (Side.BUY, D(10), desk.symbol)

    def test_an_order_nobody_placed_is_none(self, desk: BrokerDesk):
        assert desk.broker.find(desk.account, "order-9") is None

    def test_fills_add_up_to_the_order_and_repeat_exactly(self, desk: BrokerDesk):
        order = desk.trade()
        fills = desk.broker.fills(desk.account, "order-1")
        assert sum(fill.quantity for fill in fills) == order.filled_quantity == D(10)
        assert len({fill.fill_id for fill in fills}) == len(fills)
        assert all(fill.price > 0 and fill.commission >= 0 for fill in fills)
        assert all(fill.client_order_id == "order-1" for fill in fills)
        assert list(desk.broker.fills(desk.account, "order-1")) == list(fills)

    def test_no_fill_is_earlier_than_the_decision(self, desk: BrokerDesk):
        desk.trade()
        for fill in desk.broker.fills(desk.account, "order-1"):
            assert fill.filled_at > desk.decided_at

    def test_cash_and_position_move_by_the_fills(self, desk: BrokerDesk):
        desk.trade()
        fills = desk.broker.fills(desk.account, "order-1")
        spent = sum(fill.quantity * fill.price + fill.commission for fill in fills)
        assert desk.broker.cash(desk.account) == desk.starting_cash - spent
        assert desk.broker.positions(desk.account) == {desk.symbol: D(10)}

    def test_the_same_order_asked_twice_is_one_order(self, desk: BrokerDesk):
        first = desk.broker.place(desk.ticket())
        desk.let_fill()
        again = desk.broker.place(desk.ticket())
        assert again.broker_order_id == first.broker_order_id
        assert desk.broker.positions(desk.account) == {desk.symbol: D(10)}

    def test_a_client_id_with_another_content_is_refused(self, desk: BrokerDesk):
        desk.broker.place(desk.ticket())
        with pytest.raises(OrderRefused, match="order-1"):
            desk.broker.place(desk.ticket(quantity="11"))
        desk.let_fill()
        assert desk.broker.positions(desk.account) == {desk.symbol: D(10)}

    def test_a_closed_position_is_absent(self, desk: BrokerDesk):
        desk.trade()
        desk.trade("order-2", Side.SELL)
        assert desk.broker.positions(desk.account) == {}

    def test_a_short_is_a_negative_position_and_brings_cash(self, desk: BrokerDesk):
        desk.trade("order-1", Side.SELL, "4")
        assert desk.broker.positions(desk.account) == {desk.symbol: D(-4)}
        assert desk.broker.cash(desk.account) > desk.starting_cash

    def test_what_can_be_shorted_is_said(self, desk: BrokerDesk):
        assert desk.broker.shortable(desk.symbol)
        assert not desk.broker.shortable(desk.unshortable)

    def test_a_short_of_what_cannot_be_shorted_is_refused(self, desk: BrokerDesk):
        with pytest.raises(OrderRefused, match=desk.unshortable):
            desk.broker.place(desk.ticket("order-1", Side.SELL, "4", desk.unshortable))
        assert desk.broker.find(desk.account, "order-1") is None

    def test_what_is_held_can_be_sold_though_it_cannot_be_shorted(self, desk: BrokerDesk):
        desk.trade("order-1", Side.BUY, "4", symbol=desk.unshortable)
        desk.trade("order-2", Side.SELL, "4", symbol=desk.unshortable)
        assert desk.broker.positions(desk.account) == {}

    def test_a_fraction_of_a_share_cannot_be_shorted(self, desk: BrokerDesk):
        with pytest.raises(OrderRefused, match="whole"):
            desk.broker.place(desk.ticket("order-1", Side.SELL, "1.5"))

    @pytest.mark.parametrize("quantity", ["0", "-3"])
    def test_a_quantity_that_is_not_positive_is_refused(self, desk: BrokerDesk, quantity):
        with pytest.raises(OrderRefused, match=quantity):
            desk.broker.place(desk.ticket(quantity=quantity))

    def test_an_unknown_symbol_is_refused(self, desk: BrokerDesk):
        with pytest.raises(OrderRefused, match="NOPE") as caught:
            desk.broker.place(desk.ticket(symbol="NOPE"))
        assert "\n" not in str(caught.value)

    def test_a_filled_order_stays_filled_when_it_is_cancelled(self, desk: BrokerDesk):
        desk.trade()
        assert desk.broker.cancel(desk.account, "order-1").status is OrderStatus.FILLED
        assert desk.broker.positions(desk.account) == {desk.symbol: D(10)}

    def test_a_restart_forgets_nothing(self, desk: BrokerDesk):
        desk.trade()
        desk.trade("order-2", Side.SELL, "3")
        before = self.books(desk.broker, desk.account)
        assert self.books(desk.reopen(desk.traded), desk.account) == before

    def books(self, broker: Broker, account: AccountId) -> list[object]:
        orders = [broker.find(account, order_id) for order_id in ("order-1", "order-2")]
        fills = [list(broker.fills(account, order_id)) for order_id in ("order-1", "order-2")]
        return [broker.cash(account), dict(broker.positions(account)), orders, fills]
