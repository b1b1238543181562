"""What one slot's tickets become: crosses inside, and net orders that never cross zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.events.broker import InternalCross, NetOrderIntended, NetPart
from core.events.envelope import Event
from core.rules.netting import Leg, Part, net
from core.schemas.order import OrderTicket
from core.types import AccountId, Side, deterministic_id
from providers.broker.virtual_book import VirtualBook


class VirtualNetting:
    """Nets for ``key``; ``order`` is the order of the accounts, in which parts stand."""

    def __init__(self, book: VirtualBook, key: AccountId, order: Sequence[AccountId]) -> None:
        self._book = book
        self._key = key
        self._order = list(order)

    def intended(self, tickets: Sequence[OrderTicket]) -> list[Event]:
        """The crosses and net orders these tickets become, of every symbol."""
        ranked = sorted(tickets, key=lambda one: self._order.index(one.account_id))
        events: list[Event] = []
        for symbol in dict.fromkeys(ticket.symbol for ticket in tickets):
            same = [ticket for ticket in ranked if ticket.symbol == symbol]
            events += self._netted(symbol, same)
        return events

    def _netted(self, symbol: str, tickets: Sequence[OrderTicket]) -> list[Event]:
        sides = {
            side: [
                Part(one.account_id, one.client_order_id, one.quantity)
                for one in tickets
                if one.side is side
            ]
            for side in Side
        }
        at = max(ticket.decided_at for ticket in tickets)
        crosses, legs = net(sides[Side.BUY], sides[Side.SELL], self._book.expected(symbol))
        events: list[Event] = [
            InternalCross(
                cross_id=_name("cross", symbol, (cross.buy, cross.sell)),
                symbol=symbol,
                quantity=cross.buy.quantity,
                buy=_part(cross.buy),
                sell=_part(cross.sell),
                decided_at=at,
            )
            for cross in crosses
        ]
        before: str | None = None
        for number, leg in enumerate(legs, 1):
            intended = self._leg(symbol, number, leg, at, before)
            before = intended.client_order_id
            events.append(intended)
        return events

    def _leg(
        self, symbol: str, number: int, leg: Leg, at: datetime, before: str | None
    ) -> NetOrderIntended:
        return NetOrderIntended(
            key=self._key,
            slot=at.isoformat(),
            symbol=symbol,
            leg=number,
            side=leg.side,
            quantity=leg.quantity,
            client_order_id=_name(f"net-{number}", symbol, leg.parts),
            parts=tuple(_part(part) for part in leg.parts),
            decided_at=at,
            after=before,
            behind=self._behind(symbol, leg, opens=before is not None),
        )

    def _behind(self, symbol: str, leg: Leg, *, opens: bool) -> tuple[str, ...]:
        """Orders under way that must end first: all, once one of them is of the other side.

        Sides open at once would be a wash trade. And all while the key still stands on the other side
        of zero: beyond those that bring it there nothing is free to be sold, or bought back.
        """
        under_way = [order for order in self._book.of(symbol) if not order.over]
        opposite = any(order.intended.side is not leg.side for order in under_way)
        held = self._book.held(symbol)
        closing = self._book.expected(symbol) * leg.side.sign < 0
        turning = held * leg.side.sign < 0 and (opens or not closing)
        wait = opposite or turning
        return tuple(order.intended.client_order_id for order in under_way) if wait else ()


def _part(part: Part) -> NetPart:
    return NetPart(
        account_id=part.account_id, client_order_id=part.client_order_id, quantity=part.quantity
    )


def _name(what: str, symbol: str, parts: Sequence[Part]) -> str:
    """At most 48 characters, and the same whenever the same intents are netted the same way."""
    identity = [(part.client_order_id, str(part.quantity)) for part in parts]
    return f"{what}-{symbol}-{deterministic_id('net', what, symbol, *identity).hex[:20]}"
