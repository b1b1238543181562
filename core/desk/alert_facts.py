"""What the log says around an event that is told: the order behind it, the accounts' day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from core.alert_policy import AlertRules
from core.clock import from_iso, in_new_york
from core.desk.marks import Marks
from core.desk.writing import SLOT_STREAM, account_stream
from core.events.envelope import StoredEvent, event_id
from core.ports import EventStore
from core.rules.account_book import AccountBook
from core.rules.account_fold import fold
from core.rules.alert_context import AccountDay, AlertContext, OrderFacts
from core.rules.ledger import equity
from core.types import AccountId

RECENT_SLOTS = 60
"""About a week of slots: the mark before the first event told is among them, or there is none."""
OF_AN_ORDER = ("OrderRejected", "OrderFilled")


class AlertFacts:
    """Asked in the order of the log: each account's book is read forwards, every event once.

    A position without a mark yet stands at its average cost.
    """

    def __init__(
        self, store: EventStore, names: Mapping[AccountId, str], council: AccountId | None
    ) -> None:
        self._store = store
        self._names = names
        self._council = council
        self._marks = Marks(store)
        self._books: dict[AccountId, AccountBook | None] = {}
        self._last: dict[AccountId, Decimal] | None = None

    def context_of(self, row: StoredEvent, rules: AlertRules) -> AlertContext:
        """The context of one event, as it was just before it (a mark's: just after)."""
        if row.type == "JobFinished":
            ended = self._slot_ended(str(row.payload["key"]))
            return AlertContext(rules, self._names, self._council, slot_ended=ended)
        if not rules.daily_summary and row.type not in OF_AN_ORDER:
            return AlertContext(rules, self._names, self._council)
        if self._last is None:
            self._last = self._mark_before(row.position)
        order = self._order(row) if row.type in OF_AN_ORDER else None
        day = tuple(self._day(row, self._last)) if _is_mark(row) else ()
        return AlertContext(rules, self._names, self._council, order, day)

    def _slot_ended(self, key: str) -> bool:
        return self._store.find(str(event_id(SLOT_STREAM, "SlotFinished", key))) is not None

    def _order(self, row: StoredEvent) -> OrderFacts | None:
        account = AccountId(row.stream_id.removeprefix("account/"))
        if account not in self._names:
            return None  # a shadow's order: nobody's money
        book = self._book(account, row.position)
        about: Mapping[str, object] = (
            row.payload if row.type == "OrderRejected" else row.payload["fill"]  # type: ignore[assignment]  # a BrokerFill
        )
        order = book.open_orders.get(str(about["client_order_id"])) if book else None
        if book is None or order is None:
            return None
        return OrderFacts(order.intent, order.filled, self._equity(book, _next_day(row)))

    def _day(self, row: StoredEvent, before: Mapping[AccountId, Decimal]) -> Iterator[AccountDay]:
        now = self._equities(row.position, _next_day(row))
        self._last = now
        for account, value in now.items():
            yield AccountDay(account, value, before.get(account))

    def _mark_before(self, position: int) -> dict[AccountId, Decimal]:
        """Every account's equity at the newest mark before a position; empty without one."""
        first = max(self._store.head(SLOT_STREAM).version - RECENT_SLOTS, 0)
        rows = self._store.read(SLOT_STREAM, first)
        earlier = [row for row in rows if row.position < position and _is_mark(row)]
        if not earlier:
            return {}
        return self._equities(earlier[-1].position, _next_day(earlier[-1]))

    def _equities(self, position: int, before_session: date) -> dict[AccountId, Decimal]:
        books = {account: self._book(account, position) for account in self._names}
        return {
            account: self._equity(book, before_session)
            for account, book in books.items()
            if book is not None
        }

    def _equity(self, book: AccountBook, before_session: date) -> Decimal:
        cost = {symbol: held.average_cost for symbol, held in book.ledger.positions.items()}
        return equity(book.ledger, {**cost, **self._marks.before(before_session)})

    def _book(self, account: AccountId, position: int) -> AccountBook | None:
        """The account as of the events before ``position``; None before it was opened."""
        known = self._books.get(account)
        rows = self._store.read(account_stream(account), known.version if known else 0)
        fresh = takewhile(lambda row: row.position < position, rows)
        book = fold(known, ((row.version, self._store.decode(row)) for row in fresh))
        self._books[account] = book
        return book


def _is_mark(row: StoredEvent) -> bool:
    payload = row.payload
    return row.type == "SlotFinished" and payload["job"] == "mark" and payload["outcome"] == "done"


def _next_day(row: StoredEvent) -> date:
    """The day after the event's, in New York: marks of its own session count."""
    at: datetime = from_iso(row.occurred_at)
    return in_new_york(at).date() + timedelta(days=1)
