"""Several accounts over one broker key: netted before sending, every fill split back by intent."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from core.clock import Clock
from core.desk.moved_capital import MovedCapital
from core.errors import BrokerError, OrderLost
from core.events.broker import CrossPriced, InternalCross
from core.ports import EventStore
from core.schemas.order import BrokerFill, BrokerOrder, OrderTicket
from core.schemas.statement import Statement
from core.types import AccountId
from providers.broker.virtual_book import Wish
from providers.broker.virtual_checks import VirtualChecks
from providers.broker.virtual_key import KeyBroker, MidOf
from providers.broker.virtual_log import VirtualLog
from providers.broker.virtual_netting import VirtualNetting
from providers.broker.virtual_orders import VirtualOrders
from providers.broker.virtual_view import outcome, view

WITHDRAWN = "withdrawn before it went out"


class VirtualBroker:
    """The Broker port for ``accounts`` (id → starting cash, in account order) over one account ``key``.

    What is netted is an event before the broker is asked, and a fill's split is one before anybody
    hears of the fill: neither ever changes afterwards. A net order is looked up by its own client id
    before it is sent again. A short passes the short checks though it may be netted away.

    ``joining`` are those whose capital was found covered when they were opened: the first order does not
    ask for it. Capital people moved is their cash as well.

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
        joining: Collection[AccountId] = (),
    ) -> None:
        self._inner = inner
        self._key = key
        self._accounts = dict(accounts)
        self._mid = mid
        self._fresh_s = fresh_s
        self._looked_at: float | None = None
        self._log = VirtualLog(store, clock)
        self._capital = MovedCapital(store)
        self._book = self._log.book
        self._checks = VirtualChecks(self._book, inner, key, self._accounts, joining)
        self._netting = VirtualNetting(self._book, key, list(self._accounts))
        self._orders = VirtualOrders(self._log, inner, key, clock)

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
            fault = self._checks.fault(ticket, fresh)
            if fault is not None:
                results[ticket.client_order_id] = fault
            elif ticket.client_order_id not in self._book.wishes:
                fresh.append(ticket)
        if fresh:
            self._checks.refuse_unfit_key()
            self._log.append(self._netting.intended(fresh))
        asked = [one.client_order_id for one in tickets if one.client_order_id not in results]
        troubles = self._orders.send(
            {net_id for one in asked for net_id in self._book.wishes[one].nets}
        )
        self._price_crosses()
        for one in asked:
            results[one] = outcome(self._book, one, troubles)
        return [results[ticket.client_order_id] for ticket in tickets]

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        self._look()
        wish = self._book.wishes.get(client_order_id)
        if wish is None or wish.account_id != account_id:
            return None
        nets = (self._book.nets[net_id] for net_id in wish.nets)
        if any(order.unsent and not order.queued for order in nets):
            return None
        if self._book.wholly_refused(wish) or not self._orders.lost.isdisjoint(wish.nets):
            return None
        return view(self._book, client_order_id)

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
            if order.unsent:
                self._orders.refuse(order.intended, WITHDRAWN)
                continue
            if len(order.intended.parts) > 1:
                raise BrokerError(
                    f"order {client_order_id} is part of net order {net_id} with others: "
                    "it cannot be cancelled alone"
                )
            self._inner.cancel(self._key, net_id)
        return view(self._book, client_order_id)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        self._look()
        self._starting_cash(account_id)
        return self._book.positions(account_id)

    def cash(self, account_id: AccountId) -> Decimal:
        self._look()
        own = self._starting_cash(account_id) + self._capital.of(account_id)
        return own + self._book.cash_change(account_id)

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

    def _look(self) -> None:
        """Record what the broker and the market have told since: fills, mids, legs that may go now."""
        self._log.refresh()
        now = time.monotonic()
        known = self._looked_at is not None and not self._orders.moved
        if known and self._looked_at is not None and now - self._looked_at < self._fresh_s:
            return
        self._orders.look()
        self._price_crosses()
        self._looked_at = now

    def _price_crosses(self) -> None:
        for cross_id, cross in list(self._book.crosses.items()):
            if cross_id not in self._book.priced:
                self._price(cross)

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
            self._log.append([priced])

    def _known(self, account_id: AccountId, client_order_id: str) -> Wish:
        wish = self._book.wishes.get(client_order_id)
        if wish is None or wish.account_id != account_id:
            raise OrderLost(f"{account_id} has no order {client_order_id} on this key")
        return wish

    def _starting_cash(self, account_id: AccountId) -> Decimal:
        if account_id not in self._accounts:
            raise BrokerError(f"there is no virtual account {account_id} on this key")
        return self._accounts[account_id]
