"""Who settles and is flattened together: the council's accounts, and each strategy beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.desk.desk import Desk
from core.desk.settle import settle
from core.desk.strategy_marking import newest_quotes
from core.desk.strategy_ports import Strategy
from core.desk.strategy_settle import settle_strategy
from core.rules.account_book import AccountBook
from core.types import AccountId


@dataclass(frozen=True, slots=True)
class Party:
    """Accounts whose orders go out together; ``strategies`` are those that are not the council's."""

    council: tuple[AccountId, ...]
    strategies: tuple[Strategy, ...]

    def books(self, desk: Desk) -> list[AccountBook]:
        """Of accounts that are open, in their order."""
        every = (*self.council, *(one.account_id for one in self.strategies))
        return [desk.books.book(one) for one in every if desk.books.opened(one)]

    def settle(self, desk: Desk, at: datetime) -> None:
        """Record what the broker told; what waits of the council's goes out."""
        if self.council and desk.books.opened(self.council[0]):
            settle(desk, at)
        for strategy in self.strategies:
            settle_strategy(desk, strategy, at)

    def strategy_of(self, book: AccountBook) -> Strategy | None:
        """Whose account it is; None for the council's."""
        return next((one for one in self.strategies if one.account_id == book.account_id), None)

    def own_prices(self, book: AccountBook, at: datetime) -> Mapping[str, Decimal] | None:
        """A strategy's holdings at its own market, USD; None for an account of the council."""
        strategy = self.strategy_of(book)
        if strategy is None:
            return None
        quotes = newest_quotes(strategy.market, sorted(book.ledger.positions), at)
        return {symbol: quote.price for symbol, quote in quotes.items()}


def parties(desk: Desk) -> Iterator[Party]:
    """The council first, with every strategy that shares its key; then each other strategy alone.

    Orders over one key are netted, so they are sent together. A strategy's own key that says nothing
    keeps nobody else from being settled.
    """
    council = tuple(one.account_id for one in desk.policy.accounts)
    together = tuple(one for one in desk.strategies if one.shares_a_key)
    yield Party(council, together)
    for strategy in desk.strategies:
        if not strategy.shares_a_key:
            yield Party((), (strategy,))
