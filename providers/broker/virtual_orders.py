"""Net orders on their way: sent once, in their order, followed until they are over."""

from __future__ import annotations

from datetime import datetime

from core.clock import Clock
from core.errors import BrokerError, BrokerUnavailable, OrderRefused, OrderUnknown
from core.events.broker import (
    AllocatedPart,
    NetFillAllocated,
    NetOrderAccepted,
    NetOrderIntended,
    NetOrderRefused,
)
from core.rules.allocation import allocate
from core.schemas.order import BrokerOrder, OrderStatus, OrderTicket
from core.types import AccountId
from providers.broker.virtual_book import NOTHING, NetOrder
from providers.broker.virtual_key import KeyBroker
from providers.broker.virtual_log import VirtualLog


class VirtualOrders:
    """``lost`` are net orders the broker took and knows nothing of now; ``moved`` once one was sent."""

    def __init__(self, log: VirtualLog, inner: KeyBroker, key: AccountId, clock: Clock) -> None:
        self.lost: set[str] = set()
        self.moved = False
        self._log = log
        self._book = log.book
        self._inner = inner
        self._key = key
        self._clock = clock

    def send(self, net_ids: set[str]) -> dict[str, BrokerError]:
        """Bring unsent net orders to the broker, in the order they were intended; what failed, by id."""
        troubles: dict[str, BrokerError] = {}
        for net_id in [one for one in self._book.nets if one in net_ids]:
            order = self._book.nets[net_id]
            if order.unsent and not self._book.follows(net_id):
                trouble = self._sent(order)
                if trouble is not None:
                    troubles[net_id] = trouble
        return troubles

    def _sent(self, order: NetOrder) -> BrokerError | None:
        wanted = order.intended
        self.moved = True
        try:
            taken = self._inner.find(self._key, wanted.client_order_id)
            if taken is None:
                taken = self._inner.place(_ticket(wanted, self._key, self._clock.now()))
        except OrderRefused as refused:
            self.refuse(wanted, str(refused))
        except (OrderUnknown, BrokerUnavailable) as trouble:
            return trouble
        else:
            self._log.append([_accepted(wanted, taken)])
        return None

    def refuse(self, wanted: NetOrderIntended, reason: str) -> None:
        """Its opening leg goes with it: there is nothing to open beyond what was not closed."""
        followers = [
            one.intended.client_order_id
            for one in self._book.nets.values()
            if one.intended.after == wanted.client_order_id and not one.over
        ]
        self._log.append(
            [
                NetOrderRefused(client_order_id=one, reason=reason)
                for one in (wanted.client_order_id, *followers)
            ]
        )

    def look(self) -> None:
        """Record what the broker has told since, and send what may go now."""
        self._adopt()
        while True:
            for net_id, order in list(self._book.nets.items()):
                if order.accepted is not None and not order.over:
                    self._follow(net_id, order)
            if not self._sent_queued():
                break
        self.moved = False

    def _adopt(self) -> None:
        """Record what was taken by the broker and never recorded: the process died in between."""
        for net_id, order in list(self._book.nets.items()):
            if order.unsent and not self._book.follows(net_id):
                there = self._inner.find(self._key, net_id)
                if there is not None:
                    self._log.append([_accepted(order.intended, there)])

    def _sent_queued(self) -> bool:
        """Send the queued orders whose turn has come; whether one was taken, or ended for good.

        They wait where broker and ledger differ: a key that is blocked sends nothing by itself.
        """
        ready = {
            net_id
            for net_id, order in self._book.nets.items()
            if order.queued and order.unsent and not self._book.follows(net_id)
        }
        if not ready or self._log.blocked(self._key):
            return False
        for net_id in ready:
            wanted = self._book.nets[net_id].intended
            held = self._book.held(wanted.symbol)
            if held * wanted.side.sign < 0 and wanted.quantity > abs(held):
                self.refuse(wanted, f"the key still holds {held}: the order before did not fill")
        self.send(ready)
        return any(not self._book.nets[net_id].unsent for net_id in ready)

    def _follow(self, net_id: str, order: NetOrder) -> None:
        """Its new fills; an order that ended at the broker before it was filled ends here too."""
        there = self._inner.find(self._key, net_id)
        if there is None:
            self.lost.add(net_id)
            return
        self.lost.discard(net_id)
        self._record_fills(net_id, order)
        if there.status is OrderStatus.CANCELLED and there.filled_quantity == order.filled:
            self.refuse(order.intended, "the broker ended it before it was filled")

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
            self._log.append([allocated])


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
