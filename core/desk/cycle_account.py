"""The strategy's account as a cycle finds it, and the account's own opening."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from core.desk.cycle_trades import returned
from core.desk.desk import Desk
from core.desk.strategy_ports import Strategy
from core.desk.writing import account_stream, append_one, new_event
from core.errors import BadInput
from core.events.account import AccountOpened
from core.rules.account_book import AccountBook
from core.rules.cycle_room import MOST_HEADROOM
from core.rules.ledger import equity
from core.schemas.cycle import CycleAccount, Held, PastTrade
from core.types import Money, Side

ZERO = Decimal(0)
TRADES_SHOWN = 40


class AccountView:
    """The `CycleBooks` of a strategy; before its account is opened it is its capital in cash."""

    def __init__(self, desk: Desk, strategy: Strategy) -> None:
        self._desk = desk
        self._strategy = strategy

    def symbols(self) -> Sequence[str]:
        book = self._book()
        return () if book is None else held_symbols(book)

    def account(
        self, prices: Mapping[str, Decimal], sectors: Mapping[str, str], as_of: datetime
    ) -> CycleAccount:
        book = self._book()
        if book is None:
            capital = self._strategy.spec.capital
            return CycleAccount(equity=capital, cash=capital)
        return CycleAccount(
            equity=equity(book.ledger, prices),
            cash=book.ledger.cash,
            committed=_committed(book, prices),
            held=tuple(_held(book, name, prices, sectors) for name in held_symbols(book)),
            trades=_past_trades(book, as_of),
            halts=self._desk.halts.of(book.account_id),
        )

    def _book(self) -> AccountBook | None:
        account_id = self._strategy.account_id
        books = self._desk.books
        return books.book(account_id) if books.opened(account_id) else None


def shares_held(desk: Desk, strategy: Strategy) -> Callable[[datetime], Mapping[str, float]]:
    """Each position's share of the strategy's equity at an instant; MarketError without its price."""

    def held(at: datetime) -> Mapping[str, float]:
        view = AccountView(desk, strategy)
        quotes = strategy.market.quotes(view.symbols(), at) if view.symbols() else {}
        account = view.account({name: quote.price for name, quote in quotes.items()}, {}, at)
        return {
            one.symbol: float(one.quantity * one.price / account.equity)
            for one in account.held
            if one.quantity
        }

    return held


def open_account(desk: Desk, strategy: Strategy, at: datetime) -> None:
    """The strategy's own account, with its capital; opening it again changes nothing.

    BadInput when the account is one of the council's.
    """
    account_id = strategy.account_id
    if account_id in {one.account_id for one in desk.policy.accounts}:
        raise BadInput(
            f"strategy {strategy.name} may not trade on {account_id}, which is the council's: give "
            "it an account of its own in config/strategies.yaml"
        )
    if desk.books.opened(account_id):
        return
    opened = AccountOpened(
        account_id=account_id,
        name=strategy.spec.title,
        strategy=strategy.name,
        model=strategy.agents.meta_decision.model,
        starting_cash=strategy.spec.capital,
        custody=strategy.custody,
    )
    stream = account_stream(account_id)
    append_one(desk.store, stream, new_event(stream, opened, [], at))


def held_symbols(book: AccountBook) -> Sequence[str]:
    """What is held or under way, in order."""
    under_way = {order.intent.symbol for order in book.open_orders.values()}
    return sorted(set(book.ledger.positions) | under_way)


def _held(
    book: AccountBook, symbol: str, prices: Mapping[str, Decimal], sectors: Mapping[str, str]
) -> Held:
    position = book.ledger.positions.get(symbol)
    orders = [one for one in book.open_orders.values() if one.intent.symbol == symbol]
    reference = orders[0].intent.reference_price if orders else ZERO
    return Held(
        symbol=symbol,
        quantity=position.quantity if position else ZERO,
        under_way=sum((order.remaining for order in orders), ZERO),
        average_cost=round(position.average_cost, 4) if position else None,
        price=prices.get(symbol, reference),
        sector=sectors.get(symbol),
    )


def _committed(book: AccountBook, prices: Mapping[str, Decimal]) -> Money:
    """What open buy orders may take: at the higher of both prices, with the most headroom."""
    total = ZERO
    for order in book.open_orders.values():
        intent = order.intent
        if intent.side is Side.BUY:
            price = max(intent.reference_price, prices.get(intent.symbol, ZERO))
            total += order.remaining * price * (1 + MOST_HEADROOM)
    return total


def _past_trades(book: AccountBook, as_of: datetime) -> tuple[PastTrade, ...]:
    """The newest round trips that were over by then, oldest first."""
    known = [trade for trade in book.ledger.closed_trades if trade.closed_at <= as_of]
    return tuple(
        PastTrade(
            symbol=trade.symbol,
            pnl=trade.pnl,
            returned=returned(trade),
            closed_at=trade.closed_at,
        )
        for trade in known[-TRADES_SHOWN:]
    )
