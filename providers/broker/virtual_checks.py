"""What is refused before anything is netted: a broker would refuse it, or could not carry it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from core.errors import BadInput, OrderRefused
from core.schemas.order import OrderTicket, RefusalKind
from core.types import AccountId, Side
from providers.broker.virtual_book import NOTHING, VirtualBook, Wish
from providers.broker.virtual_key import KeyBroker


class VirtualChecks:
    """Of tickets for ``accounts`` (id → starting cash) that share the account ``key``.

    Those ``joining`` come later: their capital is asked for when they are opened.
    """

    def __init__(
        self,
        book: VirtualBook,
        inner: KeyBroker,
        key: AccountId,
        accounts: Mapping[AccountId, Decimal],
        joining: Collection[AccountId] = (),
    ) -> None:
        self._book = book
        self._inner = inner
        self._key = key
        self._accounts = accounts
        self._first = {one: cash for one, cash in accounts.items() if one not in joining}

    def fault(self, ticket: OrderTicket, before: Sequence[OrderTicket]) -> OrderRefused | None:
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

    def refuse_unfit_key(self) -> None:
        """BadInput before the first order for a key that holds shares or too little cash."""
        if self._book.wishes:
            return
        held = self._inner.positions(self._key)
        if held:
            raise BadInput(
                f"the paper account holds {', '.join(sorted(held))} already: close these positions "
                "or reset the account before virtual accounts trade on it"
            )
        need, cash = sum(self._first.values(), NOTHING), self._inner.cash(self._key)
        if cash < need:
            each = int(cash / len(self._first))
            raise BadInput(
                f"the paper account holds ${cash:,.2f} and {len(self._first)} virtual accounts start "
                f"with ${need:,.2f} together: set risk.starting_cash to {each} or less in "
                "config/risk.yaml and begin a new store, or give each account a key pair"
            )


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
