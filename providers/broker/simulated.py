"""A broker that fills market orders from the market's own prices, with slippage and commission."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from core.clock import Clock
from core.desk.sent_orders import Moved, SentOrders
from core.errors import BrokerError, MarketError, OrderLost, OrderRefused
from core.ports import MarketData
from core.schemas.order import BrokerFill, BrokerOrder, OrderTicket
from core.types import AccountId, Side
from providers.broker.fill_rules import FillRules
from providers.broker.one_by_one import OneByOne
from providers.broker.simulated_account import SimulatedAccount
from providers.broker.simulated_order import SimulatedOrder


class SimulatedBroker(OneByOne):
    """The Broker port over a MarketData port: market orders for paper accounts.

    An order fills at the first price known after its ticket's ``decided_at``; fills are worked out
    when they are asked for, from the ticket and the market alone, so the same tickets give the same
    fills and ids after a restart. An order waits for its price however long that takes. Nothing is
    lent or limited by buying power: sizing is the desk's rule. Accounts are those given, each with
    its starting cash in USD; another one is OrderRefused or, for a question, BrokerError.
    """

    def __init__(
        self,
        market: MarketData,
        clock: Clock,
        rules: FillRules,
        starting_cash: Mapping[AccountId, Decimal],
        log: SentOrders | None = None,
    ) -> None:
        self._market = market
        self._clock = clock
        self._rules = rules
        self._accounts = {name: SimulatedAccount(cash) for name, cash in starting_cash.items()}
        self._log = log

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        if ticket.account_id not in self._accounts:
            raise OrderRefused(self._no_account(ticket.account_id))
        account = self._account(ticket.account_id)
        order = account.order(ticket.client_order_id)
        if order is None:
            self._check(account, ticket)
            order = SimulatedOrder(ticket)
            account.add(order)
        elif order.ticket != ticket:
            raise OrderRefused(
                f"client order id {ticket.client_order_id} is taken by another order "
                f"({order.ticket.side} {order.ticket.quantity} {order.ticket.symbol}): use a new id"
            )
        return self._order(ticket.account_id, ticket.client_order_id).view()

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        order = self._account(account_id).order(client_order_id)
        return order.view() if order else None

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        return tuple(self._order(account_id, client_order_id).fills)

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        """Fills so far stay; an order that is at its end already is returned as it is."""
        order = self._order(account_id, client_order_id)
        order.cancelled = not order.complete
        return order.view()

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return self._account(account_id).positions

    def cash(self, account_id: AccountId) -> Decimal:
        return self._account(account_id).cash

    def shortable(self, symbol: str) -> bool:
        return self._rules.shortable.get(symbol, False)

    def restore(
        self,
        orders: Sequence[tuple[OrderTicket, Sequence[BrokerFill]]],
        cancelled: Collection[str] = (),
        capital: Sequence[Moved] = (),
    ) -> None:
        """Rebuild the books from the log after a restart: tickets sent, their recorded fills, capital.

        Orders known already keep what they have, but for those in ``cancelled`` (client order ids).
        BrokerError for an account this broker does not have.
        """
        for ticket, fills in orders:
            account = self._advanced(ticket.account_id)
            if account.order(ticket.client_order_id) is None:
                ended = ticket.client_order_id in cancelled
                account.add(SimulatedOrder(ticket, list(fills), ended))
        for account in self._accounts.values():
            account.cancel(cancelled)
        for moved in capital:
            self._advanced(moved.account_id).move(moved)

    def _check(self, account: SimulatedAccount, ticket: OrderTicket) -> None:
        """OrderRefused, naming the value, for what no broker would take."""
        if ticket.quantity <= 0:
            raise OrderRefused(
                f"{ticket.symbol}: quantity {ticket.quantity} is not positive: "
                "the side says buy or sell"
            )
        try:
            self._market.next_price(ticket.symbol, ticket.decided_at, self._clock.now())
        except MarketError as error:
            raise OrderRefused(f"{ticket.symbol} cannot be traded: {error}") from error
        after = account.expected(ticket.symbol) - ticket.quantity
        if ticket.side is Side.SELL and after < 0:
            self._check_short(ticket.symbol, after)

    def _check_short(self, symbol: str, after: Decimal) -> None:
        """``after`` is what the account would hold in the end, negative."""
        if not self.shortable(symbol):
            raise OrderRefused(
                f"{symbol} cannot be sold short (the account would hold {after}): "
                "sell at most what is held"
            )
        if after != after.to_integral_value():
            raise OrderRefused(
                f"{symbol}: a short of {-after} shares is not whole: sell whole shares"
            )

    def _account(self, account_id: AccountId) -> SimulatedAccount:
        """The account with what other processes sent and took back, and every fill known by now."""
        if self._log is not None:
            sent = self._log.news()
            if any(sent):
                self.restore(*sent)
        return self._advanced(account_id)

    def _advanced(self, account_id: AccountId) -> SimulatedAccount:
        account = self._accounts.get(account_id)
        if account is None:
            raise BrokerError(self._no_account(account_id))
        account.advance(self._clock.now(), self._market, self._rules)
        return account

    def _order(self, account_id: AccountId, client_order_id: str) -> SimulatedOrder:
        order = self._account(account_id).order(client_order_id)
        if order is None:
            raise OrderLost(
                f"the simulated broker has no order {client_order_id} for {account_id}: "
                "place it, or restore the books from the log"
            )
        return order

    def _no_account(self, account_id: AccountId) -> str:
        known = ", ".join(sorted(self._accounts))
        return f"the simulated broker has no account {account_id}: it has {known}"
