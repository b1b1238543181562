"""Several accounts over one broker key: netted before sending, every fill split back by intent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from core.clock import Clock
from core.desk.broker_standing import standing
from core.desk.writing import NET_STREAM
from core.errors import (
    BadInput,
    BrokerError,
    BrokerUnavailable,
    OrderLost,
    OrderRefused,
    OrderUnknown,
)
from core.events.broker import (
    AllocatedPart,
    CrossPriced,
    InternalCross,
    NetFillAllocated,
    NetOrderAccepted,
    NetOrderIntended,
    NetOrderRefused,
    NetPart,
)
from core.events.envelope import Append, Event, NewEvent, event_id
from core.ports import Broker, EventStore, Statements
from core.rules.allocation import allocate
from core.rules.netting import Leg, Part, net
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus, OrderTicket, RefusalKind
from core.schemas.statement import Statement
from core.types import AccountId, Side, deterministic_id
from providers.broker.virtual_book import NOTHING, NetOrder, VirtualBook, Wish

STREAM = NET_STREAM
WITHDRAWN = "withdrawn before it went out"


class Mid(NamedTuple):
    """The middle of bid and ask, USD a share, and when it was quoted."""

    price: Decimal
    at: datetime
    session: date
    source: str


class KeyBroker(Broker, Statements, Protocol):
    """The broker account that all share, with its own books."""


MidOf = Callable[[str, datetime], Mid | None]
"""(symbol, decided at) → the first mid after that instant; None while the market is closed."""


class VirtualBroker:
    """The Broker port for ``accounts`` (id → starting cash, in account order) over one account ``key``.

    What is netted is an event before the broker is asked, and a fill's split is one before anybody
    hears of the fill: neither ever changes afterwards. A net order is looked up by its own client id
    before it is sent again. A short passes the short checks though it may be netted away.

    Every question about one order is a look at all of them, two calls each: within ``fresh_s``
    seconds the last look answers, unless something was sent since.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - two accounts' worlds meet here
        self,
        inner: KeyBroker,
        key: AccountId,
        accounts: Mapping[AccountId, Decimal],
        store: EventStore,
        clock: Clock,
        mid: MidOf,
        fresh_s: float = 0.0,
    ) -> None:
        self._inner = inner
        self._key = key
        self._accounts = dict(accounts)
        self._store = store
        self._clock = clock
        self._mid = mid
        self._book = VirtualBook()
        self._version = 0
        self._fresh_s = fresh_s
        self._looked_at: float | None = None
        self._lost: set[str] = set()  # net orders taken, of which the broker knows nothing now

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        result = self.place_all([ticket])[0]
        if isinstance(result, BrokerError):
            raise result
        return result

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        """One slot's tickets: those netted before go on where they stood, the others are netted now."""
        self._look()
        results: dict[str, BrokerOrder | BrokerError] = {}
        fresh: list[OrderTicket] = []
        for ticket in tickets:
            fault = self._fault(ticket, fresh)
            if fault is not None:
                results[ticket.client_order_id] = fault
            elif ticket.client_order_id not in self._book.wishes:
                fresh.append(ticket)
        if fresh:
            self._refuse_unfit_key()
            self._intend(fresh)
        asked = [one.client_order_id for one in tickets if one.client_order_id not in results]
        troubles = self._send({net_id for one in asked for net_id in self._book.wishes[one].nets})
        self._price_crosses()
        for one in asked:
            results[one] = self._outcome(one, troubles)
        return [results[ticket.client_order_id] for ticket in tickets]

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        self._look()
        wish = self._book.wishes.get(client_order_id)
        if wish is None or wish.account_id != account_id:
            return None
        if any(self._unsent(net_id) for net_id in wish.nets if not self._book.nets[net_id].queued):
            return None
        if self._book.wholly_refused(wish) or not self._lost.isdisjoint(wish.nets):
            return None
        return self._view(client_order_id, wish)

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        """In the order in which they were recorded: what was told once stays where it was."""
        self._look()
        self._known(account_id, client_order_id)
        return tuple(self._book.fills.get(client_order_id, ()))

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        """A net order that never went out is withdrawn, whoever has a part in it.

        One that did cannot be taken back for one of several: BrokerError. What was to be exchanged
        inside stays agreed, for the other side counts on it.
        """
        self._look()
        wish = self._known(account_id, client_order_id)
        for net_id in wish.nets:
            order = self._book.nets[net_id]
            if order.over:
                continue
            if self._unsent(net_id):
                self._refused(order.intended, WITHDRAWN)
                continue
            if len(order.intended.parts) > 1:
                raise BrokerError(
                    f"order {client_order_id} is part of net order {net_id} with others: "
                    "it cannot be cancelled alone"
                )
            self._inner.cancel(self._key, net_id)
        return self._view(client_order_id, wish)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        self._look()
        self._starting_cash(account_id)
        return self._book.positions(account_id)

    def cash(self, account_id: AccountId) -> Decimal:
        self._look()
        return self._starting_cash(account_id) + self._book.cash_change(account_id)

    def shortable(self, symbol: str) -> bool:
        return self._inner.shortable(symbol)

    def custodies(self) -> Mapping[AccountId, Sequence[AccountId]]:
        return {self._key: tuple(self._accounts)}

    def statement(self, custody: AccountId) -> Statement:
        """The key as it is; its own net orders are not counted among the open ones."""
        told = self._inner.statement(custody)
        foreign = tuple(order for order in told.orders if order not in self._book.nets)
        update = {"accounts": tuple(self._accounts), "orders": foreign}
        return told.model_copy(update=update)

    # Checks before anything is intended.

    def _fault(self, ticket: OrderTicket, before: Sequence[OrderTicket]) -> OrderRefused | None:
        """``before`` are the tickets of this slot that are taken already."""
        if ticket.account_id not in self._accounts:
            return OrderRefused(f"there is no virtual account {ticket.account_id} on this key")
        wish = self._book.wishes.get(ticket.client_order_id)
        if wish is not None:
            return _other_content(ticket, wish)
        if ticket.quantity <= 0:
            return OrderRefused(
                f"{ticket.symbol}: quantity {ticket.quantity} is not positive: the side says buy or sell"
            )
        return self._short_fault(ticket, before)

    def _short_fault(
        self, ticket: OrderTicket, before: Sequence[OrderTicket]
    ) -> OrderRefused | None:
        if ticket.side is Side.BUY:
            return None
        taken = sum((one.quantity for one in before if _same_sale(one, ticket)), NOTHING)
        free = self._free(ticket.account_id, ticket.symbol) - taken
        short = ticket.quantity - max(NOTHING, free)
        if short <= 0:
            return None
        if ticket.quantity != ticket.quantity.to_integral_value():
            return OrderRefused(
                f"{ticket.symbol}: shorts are of whole shares, not {ticket.quantity}",
                RefusalKind.FRACTIONAL,
            )
        if not self._inner.shortable(ticket.symbol):
            return OrderRefused(f"{ticket.symbol} cannot be sold short", RefusalKind.SHORTING)
        return None

    def _free(self, account_id: AccountId, symbol: str) -> Decimal:
        """What the account holds, less what it is selling already."""
        selling = sum(
            (
                wish.quantity - self._book.filled(order_id)
                for order_id, wish in self._book.wishes.items()
                if wish.account_id == account_id
                and wish.symbol == symbol
                and wish.side is Side.SELL
                and self._book.refusal(wish) is None
            ),
            NOTHING,
        )
        return self._book.positions(account_id).get(symbol, NOTHING) - selling

    def _refuse_unfit_key(self) -> None:
        """BadInput before the first order for a key that holds shares or too little cash."""
        if self._book.wishes:
            return
        held = self._inner.positions(self._key)
        if held:
            raise BadInput(
                f"the paper account holds {', '.join(sorted(held))} already: close these positions "
                "or reset the account before virtual accounts trade on it"
            )
        need, cash = sum(self._accounts.values(), NOTHING), self._inner.cash(self._key)
        if cash < need:
            each = int(cash / len(self._accounts))
            raise BadInput(
                f"the paper account holds ${cash:,.2f} and {len(self._accounts)} virtual accounts start "
                f"with ${need:,.2f} together: set risk.starting_cash to {each} or less in "
                "config/risk.yaml and begin a new store, or give each account a key pair"
            )

    # Intending and sending.

    def _intend(self, tickets: Sequence[OrderTicket]) -> None:
        order = list(self._accounts)
        ranked = sorted(tickets, key=lambda one: order.index(one.account_id))
        events: list[Event] = []
        for symbol in dict.fromkeys(ticket.symbol for ticket in tickets):
            same = [ticket for ticket in ranked if ticket.symbol == symbol]
            events += self._netted(symbol, same)
        self._append(events)

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
        crosses, legs = net(sides[Side.BUY], sides[Side.SELL], self._expected(symbol))
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

    def _behind(self, symbol: str, leg: Leg, *, opens: bool) -> tuple[str, ...]:
        """Orders under way that must end first: all, once one of them is of the other side.

        Sides open at once would be a wash trade. And all while the key still stands on the other side
        of zero: beyond those that bring it there nothing is free to be sold, or bought back.
        """
        under_way = [order for order in self._of(symbol) if not order.over]
        opposite = any(order.intended.side is not leg.side for order in under_way)
        held = sum((order.held for order in self._of(symbol)), NOTHING)
        closing = self._expected(symbol) * leg.side.sign < 0
        turning = held * leg.side.sign < 0 and (opens or not closing)
        wait = opposite or turning
        return tuple(order.intended.client_order_id for order in under_way) if wait else ()

    def _of(self, symbol: str) -> list[NetOrder]:
        return [order for order in self._book.nets.values() if order.intended.symbol == symbol]

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

    def _expected(self, symbol: str) -> Decimal:
        """Signed shares the key will hold once every net order has filled.

        From the records alone: what the broker shows may be ahead of the fills it has told.
        """
        return sum((order.expected for order in self._of(symbol)), NOTHING)

    def _send(self, net_ids: set[str]) -> dict[str, BrokerError]:
        """Bring unsent net orders to the broker, in the order they were intended; what failed, by id."""
        troubles: dict[str, BrokerError] = {}
        for net_id in [one for one in self._book.nets if one in net_ids]:
            order = self._book.nets[net_id]
            if self._unsent(net_id) and not self._follows(net_id):
                trouble = self._sent(order)
                if trouble is not None:
                    troubles[net_id] = trouble
        return troubles

    def _sent(self, order: NetOrder) -> BrokerError | None:
        wanted = order.intended
        self._looked_at = None
        try:
            taken = self._inner.find(self._key, wanted.client_order_id)
            if taken is None:
                taken = self._inner.place(_ticket(wanted, self._key, self._clock.now()))
        except OrderRefused as refused:
            self._refused(wanted, str(refused))
        except (OrderUnknown, BrokerUnavailable) as trouble:
            return trouble
        else:
            self._append([_accepted(wanted, taken)])
        return None

    def _refused(self, wanted: NetOrderIntended, reason: str) -> None:
        """Its opening leg goes with it: there is nothing to open beyond what was not closed."""
        followers = [
            one.intended.client_order_id
            for one in self._book.nets.values()
            if one.intended.after == wanted.client_order_id and not one.over
        ]
        self._append(
            [
                NetOrderRefused(client_order_id=one, reason=reason)
                for one in (wanted.client_order_id, *followers)
            ]
        )

    def _unsent(self, net_id: str) -> bool:
        order = self._book.nets[net_id]
        return order.accepted is None and order.refused is None

    def _follows(self, net_id: str) -> bool:
        """Whether it waits for a closing leg that has not filled yet, or for others to end."""
        wanted = self._book.nets[net_id].intended
        if any(not self._book.nets[one].over for one in wanted.behind):
            return True
        return wanted.after is not None and not self._book.nets[wanted.after].complete

    # Looking at what became of it.

    def _look(self) -> None:
        """Record what the broker and the market have told since: fills, mids, legs that may go now."""
        self._refresh()
        now = time.monotonic()
        if self._looked_at is not None and now - self._looked_at < self._fresh_s:
            return
        self._adopt()
        while True:
            for net_id, order in list(self._book.nets.items()):
                if order.accepted is not None and not order.over:
                    self._follow(net_id, order)
            if not self._sent_legs():
                break
        self._price_crosses()
        self._looked_at = now

    def _adopt(self) -> None:
        """Record what was taken by the broker and never recorded: the process died in between."""
        for net_id, order in list(self._book.nets.items()):
            if self._unsent(net_id) and not self._follows(net_id):
                there = self._inner.find(self._key, net_id)
                if there is not None:
                    self._append([_accepted(order.intended, there)])

    def _price_crosses(self) -> None:
        for cross_id, cross in list(self._book.crosses.items()):
            if cross_id not in self._book.priced:
                self._price(cross)

    def _sent_legs(self) -> bool:
        """Send the queued orders whose turn has come; whether one was taken, or ended for good.

        They wait where broker and ledger differ: a key that is blocked sends nothing by itself.
        """
        ready = {
            net_id
            for net_id, order in self._book.nets.items()
            if order.queued and self._unsent(net_id) and not self._follows(net_id)
        }
        if not ready or self._key in standing(self._store).open:
            return False
        for net_id in ready:
            wanted = self._book.nets[net_id].intended
            held = sum((order.held for order in self._of(wanted.symbol)), NOTHING)
            if held * wanted.side.sign < 0 and wanted.quantity > abs(held):
                self._refused(wanted, f"the key still holds {held}: the order before did not fill")
        self._send(ready)
        return any(not self._unsent(net_id) for net_id in ready)

    def _follow(self, net_id: str, order: NetOrder) -> None:
        """Its new fills; an order that ended at the broker before it was filled ends here too."""
        there = self._inner.find(self._key, net_id)
        if there is None:
            self._lost.add(net_id)
            return
        self._lost.discard(net_id)
        self._record_fills(net_id, order)
        if there.status is OrderStatus.CANCELLED and there.filled_quantity == order.filled:
            self._refused(order.intended, "the broker ended it before it was filled")

    def _record_fills(self, net_id: str, order: NetOrder) -> None:
        for fill in self._inner.fills(self._key, net_id):
            if fill.fill_id in order.fills:
                continue
            waiting = order.waiting()
            if fill.quantity > sum(waiting, NOTHING):
                raise BrokerError(
                    f"fill {fill.fill_id} of {fill.quantity} is more than net order {net_id} still "
                    f"waits for ({sum(waiting, NOTHING)}): compare it with the broker's own books"
                )
            shares = allocate(fill.quantity, waiting)
            parts = tuple(
                AllocatedPart(
                    client_order_id=part.client_order_id,
                    account_id=part.account_id,
                    quantity=share,
                )
                for part, share in zip(order.intended.parts, shares, strict=True)
            )
            allocated = NetFillAllocated(
                net_order_id=net_id,
                fill_id=fill.fill_id,
                symbol=fill.symbol,
                side=fill.side,
                quantity=fill.quantity,
                price=fill.price,
                commission=fill.commission,
                filled_at=fill.filled_at,
                session=fill.session,
                parts=parts,
            )
            self._append([allocated])

    def _price(self, cross: InternalCross) -> None:
        mid = self._mid(cross.symbol, cross.decided_at)
        if mid is not None:
            priced = CrossPriced(
                cross_id=cross.cross_id,
                price=mid.price,
                priced_at=mid.at,
                session=mid.session,
                source=mid.source,
            )
            self._append([priced])

    def _outcome(
        self, client_order_id: str, troubles: Mapping[str, BrokerError]
    ) -> BrokerOrder | BrokerError:
        wish = self._book.wishes[client_order_id]
        trouble = next((troubles[net_id] for net_id in wish.nets if net_id in troubles), None)
        if trouble is not None:
            return trouble
        if self._book.wholly_refused(wish):
            return OrderRefused(self._book.refusal(wish) or "refused")
        return self._view(client_order_id, wish)

    def _view(self, client_order_id: str, wish: Wish) -> BrokerOrder:
        filled = self._book.filled(client_order_id)
        nets = [self._book.nets[net_id] for net_id in wish.nets]
        accepted = [order.accepted for order in nets if order.accepted is not None]
        crossed = [self._book.crosses[cross_id] for cross_id in wish.crosses]
        first = min(
            (
                *(one.accepted_at for one in accepted),
                *(one.decided_at for one in crossed),
                *(order.intended.decided_at for order in nets if order.accepted is None),
            )
        )
        ids = (*(one.broker_order_id for one in accepted), *wish.crosses)
        return BrokerOrder(
            client_order_id=client_order_id,
            broker_order_id="+".join(ids) or "waiting",
            account_id=wish.account_id,
            symbol=wish.symbol,
            side=wish.side,
            quantity=wish.quantity,
            filled_quantity=filled,
            status=self._status(wish, filled),
            accepted_at=first,
        )

    def _status(self, wish: Wish, filled: Decimal) -> OrderStatus:
        if filled >= wish.quantity:
            return OrderStatus.FILLED
        if self._book.refusal(wish) is not None and self._book.over(wish):
            return OrderStatus.CANCELLED
        return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.ACCEPTED

    def _known(self, account_id: AccountId, client_order_id: str) -> Wish:
        wish = self._book.wishes.get(client_order_id)
        if wish is None or wish.account_id != account_id:
            raise OrderLost(f"{account_id} has no order {client_order_id} on this key")
        return wish

    def _starting_cash(self, account_id: AccountId) -> Decimal:
        if account_id not in self._accounts:
            raise BrokerError(f"there is no virtual account {account_id} on this key")
        return self._accounts[account_id]

    def _refresh(self) -> None:
        for row in self._store.read(STREAM, self._version):
            self._book.apply(self._store.decode(row))
            self._version = row.version

    def _append(self, events: Sequence[Event]) -> None:
        """Commit, then fold what was committed."""
        now = self._clock.now()
        version = self._version
        new = [
            NewEvent(
                event=event,
                event_id=event_id(STREAM, type(event).__name__, version + number),
                occurred_at=now,
                metadata={"actor": "desk"},
            )
            for number, event in enumerate(events)
        ]
        self._store.commit([Append(STREAM, new, version)])
        self._refresh()


def _same_sale(one: OrderTicket, other: OrderTicket) -> bool:
    """Whether both sell the same shares."""
    return one.side is Side.SELL and (one.account_id, one.symbol) == (
        other.account_id,
        other.symbol,
    )


def _other_content(ticket: OrderTicket, wish: Wish) -> OrderRefused | None:
    asked = (ticket.account_id, ticket.symbol, ticket.side, ticket.quantity)
    if asked == (wish.account_id, wish.symbol, wish.side, wish.quantity):
        return None
    return OrderRefused(
        f"client order id {ticket.client_order_id} is taken by another order "
        f"({wish.side} {wish.quantity} {wish.symbol}): use a new id",
        RefusalKind.DUPLICATE_ID,
    )


def _part(part: Part) -> NetPart:
    return NetPart(
        account_id=part.account_id, client_order_id=part.client_order_id, quantity=part.quantity
    )


def _name(what: str, symbol: str, parts: Sequence[Part]) -> str:
    """At most 48 characters, and the same whenever the same intents are netted the same way."""
    identity = [(part.client_order_id, str(part.quantity)) for part in parts]
    return f"{what}-{symbol}-{deterministic_id('net', what, symbol, *identity).hex[:20]}"


def _accepted(wanted: NetOrderIntended, taken: BrokerOrder) -> NetOrderAccepted:
    return NetOrderAccepted(
        client_order_id=wanted.client_order_id,
        broker_order_id=taken.broker_order_id,
        accepted_at=taken.accepted_at,
    )


def _ticket(wanted: NetOrderIntended, key: AccountId, now: datetime) -> OrderTicket:
    return OrderTicket(
        client_order_id=wanted.client_order_id,
        account_id=key,
        symbol=wanted.symbol,
        side=wanted.side,
        quantity=wanted.quantity,
        decided_at=max(wanted.decided_at, now),
    )
