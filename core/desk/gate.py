"""The last wall: what is asked immediately before any order goes out, from the log as it is then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.desk.books import AccountBooks
from core.desk.halts import HaltLog
from core.desk.trading_switch import TradingSwitch
from core.desk.writing import NET_STREAM
from core.events.breaker import TradingDisabled
from core.events.broker import NetOrderIntended
from core.ports import EventStore
from core.rules.account_book import AccountBook
from core.schemas.order import OrderStatus, OrderTicket, Purpose
from core.types import AccountId, Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One account's order, or its share of a net order, about to go out."""

    account_id: AccountId
    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal


class DeskGate:
    """The `TradingGate` of orders of accounts.

    While trading is disabled only orders that flatten go out, and any that closes a position when
    flattening was asked for. A halted account's order goes out only when it closes.
    """

    def __init__(self, store: EventStore) -> None:
        self._books = AccountBooks(store)
        self._switch = TradingSwitch(store)
        self._halts = HaltLog(store)

    def refusal(self, ticket: OrderTicket) -> str | None:
        return self.refused(
            Asked(
                ticket.account_id,
                ticket.client_order_id,
                ticket.symbol,
                ticket.side,
                ticket.quantity,
            )
        )

    def refused(self, asked: Asked) -> str | None:
        """Why this may not go out; None when it may."""
        disabled, scopes = self._switch.disabled(), self._halts.scopes()
        if disabled is None and not scopes:
            return None
        book = self._books.book(asked.account_id)
        if disabled is not None and not _may_while_disabled(disabled, book, asked):
            return f"trading is disabled by {disabled.by}: {disabled.reason}"
        applying = self._halts.applying(asked.account_id, book.strategy)
        if applying and not closes(book, asked):
            held = book.quantity(asked.symbol)
            return (
                f"{applying[0]}; no new position is opened ({asked.side} {asked.quantity} "
                f"{asked.symbol}, held {held})"
            )
        return None


class KeyGate:
    """The `TradingGate` of net orders, where accounts share a key.

    What was netted cannot be taken apart any more: a net order goes out when all its parts may.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._gate = DeskGate(store)
        self._version = 0
        self._parts: dict[str, Sequence[Asked]] = {}

    def refusal(self, ticket: OrderTicket) -> str | None:
        self._refresh()
        for part in self._parts.get(ticket.client_order_id, ()):
            reason = self._gate.refused(part)
            if reason is not None:
                return reason
        return None if ticket.client_order_id in self._parts else self._unknown(ticket)

    def _unknown(self, ticket: OrderTicket) -> str:
        return f"net order {ticket.client_order_id} is not in the log: nothing goes out unrecorded"

    def _refresh(self) -> None:
        for row in self._store.read(NET_STREAM, self._version):
            self._version = row.version
            if row.type == NetOrderIntended.__name__:
                event = self._store.decode(row)
                assert isinstance(event, NetOrderIntended)  # by its type name
                self._parts[event.client_order_id] = _parts(event)


def _parts(event: NetOrderIntended) -> Sequence[Asked]:
    return [
        Asked(part.account_id, part.client_order_id, event.symbol, event.side, part.quantity)
        for part in event.parts
    ]


def _may_while_disabled(disabled: TradingDisabled, book: AccountBook, asked: Asked) -> bool:
    order = book.open_orders.get(asked.client_order_id)
    if order is not None and order.intent.purpose is Purpose.FLATTEN:
        return closes(book, asked)
    return disabled.flatten and closes(book, asked)


def closes(book: AccountBook, asked: Asked) -> bool:
    """Whether it only takes back what is held, together with every other order that was sent."""
    under_way = sum(
        (
            order.remaining
            for key, order in book.open_orders.items()
            if order.intent.symbol == asked.symbol
            and key != asked.client_order_id
            and order.status is not OrderStatus.INTENDED
        ),
        book.quantity(asked.symbol),
    )
    return under_way * asked.side.sign < 0 and asked.quantity <= abs(under_way)
