"""What the breaker measures, folded from the log in its order: nothing is kept that a restart misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from core.desk.breaker_due import Passed, tripped, was_released
from core.desk.tail import Tail
from core.events import account as account_events
from core.events.account import AccountOpened, BorrowCharged, OrderFilled, TargetSet
from core.events.breaker import BreakerReleased, BreakerReset, BreakerTripped
from core.events.envelope import Event, NewEvent, StoredEvent
from core.events.market import PricesObserved, UniverseMarked
from core.policy import DeskPolicy
from core.ports import EventStore
from core.rules import breaker
from core.rules.account_book import AccountBook, fold
from core.rules.breaker import Reading
from core.rules.breaker_scope import Measured
from core.rules.ledger import equity
from core.rules.shadow_ledger import shadow_of
from core.schemas.breaker import DESK, Cause, Halt, Scope, account_scope, strategy_scope
from core.schemas.market import MarkedPrice
from core.types import AccountId, Money

ZERO = Decimal(0)
OF_ACCOUNTS = frozenset(
    name
    for name, cls in vars(account_events).items()
    if isinstance(cls, type)
    and issubclass(cls, Event)
    and cls.__module__ == account_events.__name__
)
OF_BREAKER = frozenset(kind.__name__ for kind in (BreakerTripped, BreakerReleased, BreakerReset))
OF_MARKET = frozenset(kind.__name__ for kind in (UniverseMarked, PricesObserved))


class BreakerMeter:
    """Every scope's gauge, with what the newest events make due.

    Equity is at the prices on record: fills, marks and what slots observed, whichever is newest.
    A halt and a release count from their own events, so two processes never measure differently.
    """

    def __init__(self, store: EventStore, policy: DeskPolicy) -> None:
        self._store = store
        self._policy = policy
        self._tail = Tail(store, OF_ACCOUNTS | OF_BREAKER | OF_MARKET)
        self._books: dict[AccountId, AccountBook] = {}
        self._prices: dict[str, tuple[datetime, Decimal]] = {}
        self._closes: dict[str, Decimal] = {}
        self._sessions: list[date] = []
        self._scopes: dict[Scope, Measured] = {}
        self._trips: dict[tuple[Scope, Cause], Passed] = {}
        self._releases: dict[tuple[Scope, Cause], Passed] = {}
        self.version = 0

    def scopes(self) -> Mapping[Scope, Measured]:
        """Every scope measured so far, to be read only: accounts, strategies, the desk."""
        self.refresh()
        return {scope: self._scopes[scope] for scope in sorted(self._scopes)}

    def refresh(self) -> None:
        """Fold what was appended since the last look."""
        for row in self._tail.read():
            event = self._store.decode(row)
            if row.type in OF_ACCOUNTS:
                self._account(row, event)
            elif row.type in OF_MARKET:
                self._market(row, event)
            else:
                self._decided(row, event)

    def due(self) -> list[NewEvent]:
        """What has been passed and is not in the log yet, as events in the order of their scopes."""
        every = self._scopes
        found = [tripped(one, every[one.scope]) for _, one in sorted(self._trips.items())]
        released = [
            was_released(one, every[one.scope]) for _, one in sorted(self._releases.items())
        ]
        return found + released

    # Folding.

    def _account(self, row: StoredEvent, event: Event) -> None:
        account_id = AccountId(row.stream_id.partition("/")[2])
        if account_id == self._policy.profile.flat_account:
            return
        before = self._books.get(account_id)
        book = fold(before, [(row.version, event)])
        if book is None:
            return
        self._books[account_id] = book
        if isinstance(event, AccountOpened):
            self._opened(event)
        elif isinstance(event, OrderFilled) and before is not None:
            fill = event.fill
            self._price(fill.symbol, fill.filled_at, fill.price)
            closed = book.ledger.closed_trades[len(before.ledger.closed_trades) :]
            for scope in self._of(book):
                scope.traded(trade.pnl for trade in closed)
            self._look(self._of(book), row)
        elif isinstance(event, BorrowCharged):
            self._look(self._of(book), row)
        elif isinstance(event, TargetSet):
            for scope in self._of(book):
                target = (event.target, event.entry_session)
                scope.target(account_id, target, self._marks(), self._policy.risk)

    def _opened(self, event: AccountOpened) -> None:
        for scope in (account_scope(event.account_id), strategy_scope(event.strategy), DESK):
            measured = self._scopes.setdefault(scope, Measured(scope))
            measured.join(event.account_id, event.starting_cash)

    def _market(self, row: StoredEvent, event: Event) -> None:
        if not isinstance(event, UniverseMarked | PricesObserved):
            return
        self._priced(event.prices)
        self._look(self._scopes.values(), row)
        if isinstance(event, UniverseMarked):
            self._closed(row, event)

    def _closed(self, row: StoredEvent, event: UniverseMarked) -> None:
        """A session's close: the only price the shadows trade and are valued at."""
        fresh = {price.symbol: price.price for price in event.prices}
        self._closes.update(fresh)
        self._sessions.append(event.session)
        for measured in self._scopes.values():
            measured.marked(event.session, fresh, self._marks(), self._policy.risk)
            self._look_at_shadow(measured, row)

    def _decided(self, row: StoredEvent, event: Event) -> None:
        self.version = row.version
        if not isinstance(event, BreakerTripped | BreakerReleased | BreakerReset):
            return
        measured = self._scopes.get(event.scope)
        if measured is None:
            return
        if isinstance(event, BreakerReset):
            measured.reset()
            for key in [one for one in (*self._trips, *self._releases) if one[0] == event.scope]:
                self._forget(*key)
            return
        self._forget(event.scope, event.cause)
        if isinstance(event, BreakerReleased):
            measured.release(event.cause, event.peak)
            return
        halt = Halt(
            scope=event.scope, cause=event.cause, value=event.value, threshold=event.threshold
        )
        books = [self._books[one] for one in measured.members]
        shadows = {book.account_id: shadow_of(book, self._since(book)) for book in books}
        measured.halt(halt, shadows)

    def _forget(self, scope: Scope, cause: Cause) -> None:
        self._trips.pop((scope, cause), None)
        self._releases.pop((scope, cause), None)

    # Measuring.

    def _look(self, scopes: Iterable[Measured], row: StoredEvent) -> None:
        """The accounts' equity now; what passes a threshold is due, whatever comes after it."""
        for measured in scopes:
            measured.seen(self._total(measured.members))
            for reading in breaker.halts(measured.gauge, self._policy.breaker):
                key = (measured.scope, reading.cause)
                if reading.cause not in measured.halts and key not in self._trips:
                    self._trips[key] = self._passed(measured, reading, row)

    def _look_at_shadow(self, measured: Measured, row: StoredEvent) -> None:
        """A release must hold at the newest close: one that does not any more is forgotten."""
        for cause in Cause:
            self._releases.pop((measured.scope, cause), None)
        if measured.shadow is None:
            return
        for reading in breaker.releases(measured.shadow, self._policy.breaker):
            if reading.cause in measured.halts:
                passed = self._passed(measured, reading, row)
                peak = measured.handed_back
                self._releases[measured.scope, reading.cause] = replace(passed, peak=peak)

    def _passed(self, measured: Measured, reading: Reading, row: StoredEvent) -> Passed:
        gauge, at = measured.gauge, datetime.fromisoformat(row.occurred_at)
        return Passed(measured.scope, reading, gauge.equity, gauge.peak, at)

    def _total(self, accounts: Iterable[AccountId]) -> Money:
        prices = {symbol: price for symbol, (_, price) in self._prices.items()}
        return sum((equity(self._books[one].ledger, prices) for one in accounts), ZERO)

    def _marks(self) -> Mapping[str, Decimal]:
        """Closes; what was never marked counts at its newest price."""
        return {symbol: price for symbol, (_, price) in self._prices.items()} | self._closes

    def _priced(self, prices: Iterable[MarkedPrice]) -> None:
        for price in prices:
            self._price(price.symbol, price.known_at, price.price)

    def _price(self, symbol: str, known_at: datetime, price: Decimal) -> None:
        known = self._prices.get(symbol)
        if known is None or known_at >= known[0]:
            self._prices[symbol] = (known_at, price)

    def _of(self, book: AccountBook) -> list[Measured]:
        scopes = (account_scope(book.account_id), strategy_scope(book.strategy), DESK)
        return [self._scopes[scope] for scope in scopes]

    def _since(self, book: AccountBook) -> int:
        entry = book.week.entry_session if book.week else None
        return 0 if entry is None else sum(session >= entry for session in self._sessions)
