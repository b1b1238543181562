"""Account books, folded from the account streams and kept up to date as the streams grow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal

from core.desk.halts import Halts
from core.desk.writing import account_stream, week_stream
from core.errors import BadInput
from core.events.account import TargetSet
from core.events.week import OrdersPlanned
from core.ports import EventStore
from core.rules.account_book import AccountBook
from core.rules.account_fold import fold
from core.rules.ledger import equity
from core.schemas.breaker import Halt
from core.types import AccountId, WeekId


class AccountBooks:
    """Each call reads only what came since the last one; nothing is kept that a restart would miss."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._books: dict[AccountId, AccountBook] = {}

    def book(self, account_id: AccountId) -> AccountBook:
        """The account as of its last event; BadInput when it was never opened."""
        known = self._books.get(account_id)
        stream = account_stream(account_id)
        fresh = self._store.read(stream, known.version if known else 0)
        book = fold(known, ((row.version, self._store.decode(row)) for row in fresh))
        if book is None:
            raise BadInput(
                f"account {account_id} was never opened: run `run_weekly` or `init` first"
            )
        self._books[account_id] = book
        return book

    def opened(self, account_id: AccountId) -> bool:
        return self._store.head(account_stream(account_id)).version > 0

    def before_week(self, account_id: AccountId, week_id: WeekId) -> AccountBook:
        """The account as it stood when this week's orders were planned, whether or not it took part."""
        events, planned = [], self._planned_at(week_id)
        for row in self._store.read(account_stream(account_id)):
            event = self._store.decode(row)
            newer = isinstance(event, TargetSet) and event.week_id >= week_id
            if newer or row.position > planned:
                break
            events.append((row.version, event))
        book = fold(None, events)
        if book is None:
            raise BadInput(f"account {account_id} was not open in week {week_id}: check --week")
        return book

    def _planned_at(self, week_id: WeekId) -> float:
        """The position of the plan in the log, infinite while there is none."""
        rows = self._store.read(week_stream(week_id))
        plans = (row.position for row in rows if row.type == OrdersPlanned.__name__)
        return next(plans, math.inf)


class RunAccounts:
    """The `Accounts` port of a run over books taken when it plans its orders."""

    def __init__(self, book: Callable[[AccountId], AccountBook], halts: Halts) -> None:
        self._book = book
        self._halts = halts

    def equity(self, account_id: AccountId, marks: Mapping[str, Decimal]) -> Decimal:
        return equity(self._book(account_id).ledger, marks)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return self._book(account_id).expected_positions()

    def halts(self, account_id: AccountId) -> tuple[Halt, ...]:
        return self._halts.of(account_id)
