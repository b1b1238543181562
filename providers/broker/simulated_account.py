"""One account's books at the simulated broker: its orders, shares and cash."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from core.desk.sent_orders import Moved
from core.ports import MarketData
from core.schemas.order import BrokerFill
from core.types import Money, Shares
from providers.broker.fill_rules import FillRules
from providers.broker.simulated_order import SimulatedOrder

ZERO = Decimal(0)


class SimulatedAccount:
    """Totals move with each fill, so a question costs the open orders, not the whole history."""

    def __init__(self, starting_cash: Money) -> None:
        self.cash = starting_cash
        self._holdings: dict[str, Shares] = {}
        self._orders: dict[str, SimulatedOrder] = {}
        self._open: dict[str, SimulatedOrder] = {}
        self._moved: set[str] = set()

    @property
    def positions(self) -> Mapping[str, Shares]:
        """Signed shares by symbol; flat symbols are absent."""
        return {symbol: held for symbol, held in self._holdings.items() if held}

    def order(self, client_order_id: str) -> SimulatedOrder | None:
        return self._orders.get(client_order_id)

    def add(self, order: SimulatedOrder) -> None:
        """Take an order into the books, with the fills it brings along."""
        self._orders[order.ticket.client_order_id] = order
        self._open[order.ticket.client_order_id] = order
        for fill in order.fills:
            self._book(fill)

    def move(self, moved: Moved) -> None:
        """Money a person put in or took out, each event once."""
        if moved.event_id not in self._moved:
            self._moved.add(moved.event_id)
            self.cash += moved.amount

    def cancel(self, client_order_ids: Collection[str]) -> None:
        """Those of its orders that are not complete; their fills so far stay."""
        for key in self._orders.keys() & set(client_order_ids):
            self._orders[key].cancelled = not self._orders[key].complete

    def advance(self, now: datetime, market: MarketData, rules: FillRules) -> None:
        """Fill every open order as far as prices are known at ``now``."""
        for order_id, order in list(self._open.items()):
            for fill in order.fill_until(now, market, rules):
                self._book(fill)
            if order.terminal:
                del self._open[order_id]

    def expected(self, symbol: str) -> Shares:
        """Signed shares once every open order has filled."""
        coming = (order.remaining for order in self._open.values() if order.ticket.symbol == symbol)
        return sum(coming, self._holdings.get(symbol, ZERO))

    def _book(self, fill: BrokerFill) -> None:
        signed = fill.quantity * fill.side.sign
        self._holdings[fill.symbol] = self._holdings.get(fill.symbol, ZERO) + signed
        self.cash -= signed * fill.price + fill.commission
