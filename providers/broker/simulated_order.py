"""One order in the simulated broker's books and how it fills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.market import Quote
from core.ports import MarketData
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus, OrderTicket
from core.types import Shares, deterministic_id
from providers.broker.fill_rules import FillRules


@dataclass(slots=True)
class SimulatedOrder:
    """A ticket and its fills so far, oldest first."""

    ticket: OrderTicket
    fills: list[BrokerFill] = field(default_factory=list)
    cancelled: bool = False

    @property
    def filled(self) -> Shares:
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def complete(self) -> bool:
        return self.filled >= self.ticket.quantity

    @property
    def terminal(self) -> bool:
        return self.cancelled or self.complete

    @property
    def remaining(self) -> Shares:
        """Signed shares still to come; none once cancelled."""
        left = Decimal(0) if self.cancelled else self.ticket.quantity - self.filled
        return left * self.ticket.side.sign

    @property
    def status(self) -> OrderStatus:
        if self.complete:
            return OrderStatus.FILLED
        if self.cancelled:
            return OrderStatus.CANCELLED
        return OrderStatus.PARTIALLY_FILLED if self.fills else OrderStatus.ACCEPTED

    def fill_until(
        self, now: datetime, market: MarketData, rules: FillRules
    ) -> Iterator[BrokerFill]:
        """Add, and yield, every fill whose price is known at ``now``."""
        while not self.terminal:
            after = self.fills[-1].filled_at if self.fills else self.ticket.decided_at
            quote = market.next_price(self.ticket.symbol, after, now)
            if quote is None:
                return
            fill = self._fill(quote, rules)
            self.fills.append(fill)
            yield fill

    def _fill(self, quote: Quote, rules: FillRules) -> BrokerFill:
        ticket = self.ticket
        remaining = ticket.quantity - self.filled
        first = rules.first_part(ticket.client_order_id, ticket.quantity)
        quantity = remaining if self.fills else first
        price = rules.price(quote.price, ticket.side)
        return BrokerFill(
            fill_id=str(deterministic_id("fill", ticket.client_order_id, len(self.fills))),
            client_order_id=ticket.client_order_id,
            account_id=ticket.account_id,
            symbol=ticket.symbol,
            side=ticket.side,
            quantity=quantity,
            price=price,
            commission=rules.commission(quantity, price),
            filled_at=quote.known_at,
            session=quote.session,
            price_kind=quote.kind,
            source=quote.source,
        )

    def view(self) -> BrokerOrder:
        ticket = self.ticket
        return BrokerOrder(
            client_order_id=ticket.client_order_id,
            broker_order_id=f"sim-{deterministic_id('simulated order', ticket.client_order_id)}",
            account_id=ticket.account_id,
            symbol=ticket.symbol,
            side=ticket.side,
            quantity=ticket.quantity,
            filled_quantity=self.filled,
            status=self.status,
            accepted_at=ticket.decided_at,
        )
