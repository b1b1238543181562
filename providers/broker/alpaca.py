"""The Broker port over Alpaca paper accounts: one key pair an account, REST or MCP alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from core.clock import Clock, iso
from core.errors import BrokerError, BrokerUnavailable, OrderLost, OrderRefused, OrderUnknown
from core.ports import TradingCalendar
from core.schemas.order import BrokerFill, BrokerOrder, OrderStatus, OrderTicket, RefusalKind
from core.schemas.statement import Statement
from core.types import AccountId, Side
from providers.alpaca.api import TradingApi
from providers.alpaca.parsing import number, word
from providers.broker.alpaca_lending import Lending
from providers.broker.alpaca_orders import fill_of, order_of, proven_fills, side_of, wire_order
from providers.broker.one_by_one import OneByOne

BEFORE_THE_ORDER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LookUps:
    """Seconds before each look-up of an order nobody knows of; none begins after ``within_s``."""

    waits_s: Sequence[float] = (0.2, 0.5, 1.0, 2.0, 4.0)
    within_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep


class AlpacaBroker(OneByOne):
    """Market orders for the day at Alpaca, each account over its own `TradingApi`.

    A closed market queues an order until the open; nothing is sent twice. What may have been taken
    is looked up by its client id. A refusal counts only once Alpaca has no order of that id: it may
    be one that was taken before, refused now because it is there. Fills are what activities prove:
    an order may be filled before its activities are listed, and none is ever made up from an average,
    since the real one would then count a second time. Sizing reads cash and positions, never
    ``buying_power``, which is four times the cash.
    """

    def __init__(
        self,
        apis: Mapping[AccountId, TradingApi],
        calendar: TradingCalendar,
        clock: Clock,
        look_ups: LookUps | None = None,
    ) -> None:
        self._apis = dict(apis)
        self._calendar = calendar
        self._look_ups = look_ups or LookUps()
        self._lending = Lending(apis, clock)

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        if ticket.account_id not in self._apis:
            raise OrderRefused(self._no_account(ticket.account_id))
        if ticket.quantity <= 0:
            raise OrderRefused(
                f"{ticket.symbol}: quantity {ticket.quantity} is not positive: "
                "the side says buy or sell"
            )
        api = self._apis[ticket.account_id]
        try:
            taken = self._sent(api, ticket)
        except OrderRefused:
            found = api.order_by_client_id(ticket.client_order_id)
            if found is None:
                raise
            taken = order_of(ticket.account_id, found, expected=ticket.side)
        return _checked(ticket, taken)

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        row = self._api(account_id).order_by_client_id(client_order_id)
        return None if row is None else order_of(account_id, row)

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        order = self._order(account_id, client_order_id)
        if not order.filled_quantity:
            return ()
        since = iso(order.accepted_at - BEFORE_THE_ORDER)
        rows = proven_fills(order, self._api(account_id).activities("FILL", since))
        return tuple(fill_of(order, row, self._calendar) for row in rows)

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        """Fills so far stay; an order that is at its end already is returned as it is."""
        order = self._order(account_id, client_order_id)
        if order.status.terminal:
            return order
        try:
            self._api(account_id).cancel_order(order.broker_order_id)
        except OrderRefused:
            order = self._order(account_id, client_order_id)
            if order.status.terminal:  # it ended while it was to be cancelled
                return order
            raise
        return self._order(account_id, client_order_id)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return _held(self._api(account_id))

    def cash(self, account_id: AccountId) -> Decimal:
        return number(self._api(account_id).account(), "cash")

    def custodies(self) -> Mapping[AccountId, Sequence[AccountId]]:
        return {account: (account,) for account in self._apis}

    def statement(self, custody: AccountId) -> Statement:
        api = self._api(custody)
        return Statement(
            custody=custody,
            accounts=(custody,),
            positions=_held(api),
            cash=number(api.account(), "cash"),
            orders=tuple(word(row, "client_order_id") for row in api.orders("open")),
        )

    def shortable(self, symbol: str) -> bool:
        """Shortable and easy to borrow, as Alpaca says it on this New York day."""
        return self._lending.objection(symbol) is None

    def _sent(self, api: TradingApi, ticket: OrderTicket) -> BrokerOrder:
        if ticket.side is Side.SELL:
            self._check_sale(api, ticket)
        try:
            return _taken(api, ticket)
        except OrderUnknown as unknown:
            return self._looked_up(api, ticket, unknown)

    def _looked_up(
        self, api: TradingApi, ticket: OrderTicket, unknown: OrderUnknown
    ) -> BrokerOrder:
        """The order that may have been taken; OrderUnknown again when no look-up shows it."""
        ends = time.monotonic() + self._look_ups.within_s
        for wait in self._look_ups.waits_s:
            self._look_ups.sleep(wait)
            try:
                found = api.order_by_client_id(ticket.client_order_id)
                if found is not None:
                    return order_of(ticket.account_id, found, expected=ticket.side)
            except BrokerUnavailable:
                pass  # a question without an answer says nothing of the order
            if time.monotonic() > ends:
                break
        raise unknown

    def _check_sale(self, api: TradingApi, ticket: OrderTicket) -> None:
        """OrderRefused for a short that Alpaca, or the desk's rules, would not have."""
        expected = _held(api).get(ticket.symbol, Decimal(0)) + _coming(api, ticket.symbol)
        after = expected - ticket.quantity
        if after >= 0:
            return
        objection = self._lending.objection(ticket.symbol)
        if objection is not None:
            raise OrderRefused(
                f"{ticket.symbol} cannot be sold short, {objection.words} "
                f"(the account would hold {after}): sell at most what is held",
                objection.kind,
            )
        if after != after.to_integral_value():
            raise OrderRefused(
                f"{ticket.symbol}: a short of {-after} shares is not whole: sell whole shares",
                RefusalKind.FRACTIONAL,
            )

    def _order(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        order = self.find(account_id, client_order_id)
        if order is None:
            raise OrderLost(f"Alpaca has no order {client_order_id} for {account_id}: place it")
        return order

    def _api(self, account_id: AccountId) -> TradingApi:
        if account_id not in self._apis:
            raise BrokerError(self._no_account(account_id))
        return self._apis[account_id]

    def _no_account(self, account_id: AccountId) -> str:
        known = ", ".join(sorted(self._apis)) or "none"
        return f"no Alpaca key pair for {account_id} (there are keys for {known}): add it to .env"


def _taken(api: TradingApi, ticket: OrderTicket) -> BrokerOrder:
    """The order as Alpaca took it; OrderUnknown also where its answer cannot be read as an order."""
    asked = wire_order(ticket.client_order_id, ticket.symbol, ticket.side, ticket.quantity)
    row = api.submit_order(asked)
    try:
        return order_of(ticket.account_id, row, expected=ticket.side)
    except BrokerUnavailable as unreadable:
        raise OrderUnknown(
            f"order {ticket.client_order_id} may have been taken: {unreadable}"
        ) from unreadable


def _checked(ticket: OrderTicket, order: BrokerOrder) -> BrokerOrder:
    """The order of the ticket; OrderRefused where its id names an order of another content."""
    asked = (ticket.symbol, ticket.side, ticket.quantity)
    if (order.symbol, order.side, order.quantity) != asked:
        raise OrderRefused(
            f"client order id {ticket.client_order_id} is taken by another order "
            f"({order.side} {order.quantity} {order.symbol}): use a new id",
            RefusalKind.DUPLICATE_ID,
        )
    if order.status is OrderStatus.REFUSED:
        raise OrderRefused(
            f"order {order.client_order_id} ({order.side} {order.quantity} {order.symbol}) "
            "was rejected by the exchange after Alpaca took it"
        )
    return order


def _held(api: TradingApi) -> dict[str, Decimal]:
    """Signed shares by symbol; a short is negative whichever way Alpaca writes it."""
    held: dict[str, Decimal] = {}
    for row in api.positions():
        quantity = number(row, "qty")
        signed = -abs(quantity) if row.get("side") == "short" else quantity
        if signed:
            held[word(row, "symbol")] = signed
    return held


def _coming(api: TradingApi, symbol: str) -> Decimal:
    """Signed shares that open orders of the symbol still bring."""
    return sum(
        (
            side_of(row).sign * (number(row, "qty") - number(row, "filled_qty"))
            for row in api.orders("open")
            if row.get("symbol") == symbol
        ),
        Decimal(0),
    )
