"""What the breaker measures, folded event by event: books, prices, every scope's gauge and shadows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from core.events import account as account_events
from core.events.account import AccountOpened, BorrowCharged, OrderFilled, TargetSet
from core.events.breaker import BreakerReleased, BreakerReset, BreakerTripped
from core.events.cycle import StrategyMarked
from core.events.envelope import Event
from core.events.market import PricesObserved, UniverseMarked
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.policy import RiskLimits
from core.rules.account_book import AccountBook
from core.rules.account_fold import fold
from core.rules.breaker_scope import Measured
from core.rules.ledger import equity
from core.rules.shadow_ledger import shadow_of
from core.schemas.breaker import Halt, Scope, scopes_of
from core.strategy import MACRO
from core.types import AccountId, Money

ZERO = Decimal(0)
UNMEASURED = frozenset({"SeatModelChanged", "OrderAccepted", "CheckpointLimited", "NoNewPrice"})
"""Events of accounts that change nothing an account owns, owes or has under way."""
OF_ACCOUNTS: Mapping[str, type[Event]] = {
    name: cls
    for name, cls in vars(account_events).items()
    if isinstance(cls, type)
    and issubclass(cls, Event)
    and cls.__module__ == account_events.__name__
    and name not in UNMEASURED
} | {kind.__name__: kind for kind in (CapitalDeposited, CapitalWithdrawn)}
OF_BREAKER: Mapping[str, type[Event]] = {
    kind.__name__: kind for kind in (BreakerTripped, BreakerReleased, BreakerReset)
}
OF_MARKET: Mapping[str, type[Event]] = {
    kind.__name__: kind for kind in (UniverseMarked, PricesObserved, StrategyMarked)
}
COUNCIL = ""
"""The council's key among the strategies' prices."""


@dataclass
class Prices:
    """The newest price of each asset with its instant, and the newest close (USD).

    ``sessions`` are those marked that may still count into a week that goes on.
    """

    newest: dict[str, tuple[datetime, Decimal]] = field(default_factory=dict)
    closes: dict[str, Decimal] = field(default_factory=dict)
    sessions: list[date] = field(default_factory=list)

    def known(self) -> dict[str, Decimal]:
        return {symbol: price for symbol, (_, price) in self.newest.items()}

    def marks(self) -> dict[str, Decimal]:
        """Closes; what was never marked counts at its newest price."""
        return self.known() | self.closes

    def see(self, symbol: str, known_at: datetime, price: Decimal) -> None:
        known = self.newest.get(symbol)
        if known is None or known_at >= known[0]:
            self.newest[symbol] = (known_at, price)


def _slim(book: AccountBook) -> AccountBook:
    """Without what a long life adds up to: ended orders, closed trades, the weeks before."""
    week = book.week and replace(book.week, path=(), start=None)
    ledger = replace(book.ledger, closed_trades=())
    return replace(book, ledger=ledger, finished_orders={}, previous=None, week=week)


class BreakerFold:
    """The state after the events so far; whoever keeps it gives the mappings it lives in.

    Each strategy has prices of its own, and the desk is the council's accounts alone: what one strategy
    trades or sees never changes what is measured of another.

    ``exempt`` is the account that is not measured, ``terms`` what the shadows trade on. A book keeps
    no more than a shadow would begin with: closed trades are counted as they close.
    """

    def __init__(
        self,
        exempt: AccountId,
        terms: RiskLimits,
        books: MutableMapping[AccountId, AccountBook] | None = None,
        scopes: MutableMapping[Scope, Measured] | None = None,
        prices: MutableMapping[str, Prices] | None = None,
    ) -> None:
        self.terms = terms
        self.prices = {} if prices is None else prices
        self.books = {} if books is None else books
        self.scopes = {} if scopes is None else scopes
        self._exempt = exempt

    def account(self, account_id: AccountId, version: int, event: Event) -> tuple[Measured, ...]:
        """The scopes whose accounts are worth another sum now."""
        if account_id == self._exempt:
            return ()
        before = self.books.get(account_id)
        book = fold(before, [(version, event)])
        if book is None:
            return ()
        closed = book.ledger.closed_trades
        self.books[account_id] = _slim(book)
        if isinstance(event, AccountOpened):
            self._opened(event)
        elif isinstance(event, OrderFilled) and before is not None:
            fill = event.fill
            self._prices(book.strategy).see(fill.symbol, fill.filled_at, fill.price)
            for scope in self._of(book):
                scope.traded(trade.pnl for trade in closed)
            return self._seen(self._of(book))
        elif isinstance(event, BorrowCharged | CapitalDeposited | CapitalWithdrawn):
            return self._paid(book, event)
        elif isinstance(event, TargetSet):
            target = (event.target, event.entry_session)
            for scope in self._of(book):
                if scope.shadow is not None:
                    marks = self._prices(book.strategy).marks()
                    scope.target(account_id, target, marks, self.terms)
        return ()

    def market(
        self, event: UniverseMarked | PricesObserved | StrategyMarked
    ) -> tuple[Measured, ...]:
        """The scopes it prices; at a session's close the shadows have lived through it as well."""
        strategy = event.strategy if isinstance(event, StrategyMarked) else MACRO
        prices = self._prices(strategy)
        for price in event.prices:
            prices.see(price.symbol, price.known_at, price.price)
        every = self._seen(self._trading(strategy))
        if not isinstance(event, PricesObserved):
            self._closed(event, prices, every)
        return every

    def decided(self, event: BreakerTripped | BreakerReleased | BreakerReset) -> Measured | None:
        """The scope after a halt, a release or a person's reset; None for one that is not measured."""
        measured = self.scopes.get(event.scope)
        if measured is None:
            return None
        if isinstance(event, BreakerReset):
            measured.reset()
        elif isinstance(event, BreakerReleased):
            measured.release(event.cause, event.peak)
        else:
            names = ("scope", "cause", "value", "threshold")
            halt = Halt(**{name: getattr(event, name) for name in names})
            books = [self.books[one] for one in measured.members]
            shadows = {book.account_id: shadow_of(book, self._since(book)) for book in books}
            measured.halt(halt, shadows)
        return measured

    def _opened(self, event: AccountOpened) -> None:
        for scope in scopes_of(event.account_id, event.strategy):
            if scope not in self.scopes:
                self.scopes[scope] = Measured(scope)
            self.scopes[scope].join(event.account_id, event.starting_cash)

    def _paid(
        self, book: AccountBook, event: BorrowCharged | CapitalDeposited | CapitalWithdrawn
    ) -> tuple[Measured, ...]:
        """Capital in or out is neither won nor lost: its scopes are worth more or less by it."""
        if not isinstance(event, BorrowCharged):
            amount = event.amount if isinstance(event, CapitalDeposited) else -event.amount
            for scope in self._of(book):
                scope.moved(book.account_id, amount)
        return self._seen(self._of(book))

    def _closed(
        self, event: UniverseMarked | StrategyMarked, prices: Prices, every: Iterable[Measured]
    ) -> None:
        """A session's close: the only price the shadows trade and are valued at."""
        fresh = {price.symbol: price.price for price in event.prices}
        prices.closes.update(fresh)
        marks = prices.marks()
        for measured in every:
            measured.marked(event.session, fresh, marks, self.terms)
        if isinstance(event, UniverseMarked):
            self._count(event.session, prices)

    def _count(self, session: date, prices: Prices) -> None:
        """A week is entered at the session of its target or later: earlier ones count no more."""
        weeks = [self.books[one].week for one in self.books]
        first = min((week.entry_session for week in weeks if week), default=session)
        counted = [one for one in prices.sessions if one >= first]
        prices.sessions = [*counted, session]

    def _prices(self, strategy: str) -> Prices:
        return self.prices.setdefault(COUNCIL if strategy == MACRO else strategy, Prices())

    def _strategy(self, scope: Scope) -> str:
        """Whose accounts the scope sums."""
        kind, _, name = scope.partition("/")
        if kind == "account":
            return self.books[AccountId(name)].strategy
        return name or MACRO

    def _trading(self, strategy: str) -> list[Measured]:
        return [self.scopes[scope] for scope in self.scopes if self._strategy(scope) == strategy]

    def _seen(self, scopes: Iterable[Measured]) -> tuple[Measured, ...]:
        """The accounts' equity at the prices known now."""
        found = tuple(scopes)
        strategies = {measured.scope: self._strategy(measured.scope) for measured in found}
        known = {name: self._prices(name).known() for name in set(strategies.values())}
        for measured in found:
            measured.seen(self._total(measured.members, known[strategies[measured.scope]]))
        return found

    def _total(self, accounts: Iterable[AccountId], known: Mapping[str, Decimal]) -> Money:
        return sum((equity(self.books[one].ledger, known) for one in accounts), ZERO)

    def _of(self, book: AccountBook) -> list[Measured]:
        return [self.scopes[scope] for scope in scopes_of(book.account_id, book.strategy)]

    def _since(self, book: AccountBook) -> int:
        entry = book.week.entry_session if book.week else None
        sessions = self._prices(book.strategy).sessions
        return 0 if entry is None else sum(session >= entry for session in sessions)
