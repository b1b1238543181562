"""Money a person gives a strategy or takes from it: an event in the stream of its own account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from core.desk.books import AccountBooks
from core.desk.shared_capital import uncovered
from core.desk.writing import account_stream, new_event
from core.errors import BadInput, ConcurrencyError, EventConflict
from core.events.envelope import Append
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.ports import EventStore
from core.rules.account_book import AccountBook
from core.rules.capital import refused_amount, refused_withdrawal
from core.strategy import StrategySpec
from core.types import AccountId, Money

ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Transfer:
    """``amount`` in USD, positive, to the cent; ``by`` signs it."""

    amount: Money
    reason: str
    by: str


def deposit(
    store: EventStore, strategy: StrategySpec, transfer: Transfer, at: datetime
) -> CapitalDeposited:
    """Give a strategy money; its cycles may trade with it from the next one on.

    BadInput for the council (its accounts start equal and stay comparable), for a strategy without an
    account yet or with a paper account of its own, for an amount or a reason that will not do, and for
    more than the account that all share covers.
    """
    account_id = _account(strategy, transfer)
    event = CapitalDeposited(
        strategy=strategy.name,
        account_id=account_id,
        amount=transfer.amount,
        reason=transfer.reason.strip(),
        by=transfer.by,
    )
    _append(store, event, at)
    return event


def withdraw(
    store: EventStore, strategy: StrategySpec, transfer: Transfer, at: datetime
) -> CapitalWithdrawn:
    """Take money from a strategy, at most its cash; BadInput as for `deposit`, and for more."""
    account_id = _account(strategy, transfer)
    event = CapitalWithdrawn(
        strategy=strategy.name,
        account_id=account_id,
        amount=transfer.amount,
        reason=transfer.reason.strip(),
        by=transfer.by,
    )
    _append(store, event, at)
    return event


def _account(strategy: StrategySpec, transfer: Transfer) -> AccountId:
    """Whose money moves; BadInput for what may not be moved."""
    if strategy.account is None:
        raise BadInput(
            f"{strategy.name}: its accounts start equal and stay comparable, so no capital is moved; "
            "only a strategy with an account of its own takes any"
        )
    why = refused_amount(transfer.amount)
    if why is not None:
        raise BadInput(why)
    if not transfer.reason.strip():
        raise BadInput("a reason is missing: say why with --reason, it is kept with the event")
    return strategy.account


def _append(store: EventStore, event: CapitalDeposited | CapitalWithdrawn, at: datetime) -> None:
    """At the stream's end, checked against the books as they stand there."""
    stream = account_stream(event.account_id)
    for _ in range(ATTEMPTS):
        book = _book(store, event.account_id)
        why = _refused(store, book, event)
        if why is not None:
            raise BadInput(why)
        new = new_event(stream, event, [book.version + 1], at)
        with suppress(ConcurrencyError, EventConflict):  # a fill came first
            store.commit([Append(stream, [new], book.version)])
            return
    raise ConcurrencyError(f"{stream} is written to without a pause: try again")


def _refused(
    store: EventStore, book: AccountBook, event: CapitalDeposited | CapitalWithdrawn
) -> str | None:
    """Why this may not be moved, as the books stand; None when it may."""
    if book.custody == book.account_id:
        return (
            f"{book.account_id} is a paper account of its own: its money is at the broker, where no "
            "deposit and no withdrawal of ours would change it"
        )
    if isinstance(event, CapitalWithdrawn):
        return refused_withdrawal(book, event.amount)
    return None if book.custody is None else uncovered(store, book.custody, event.amount)


def _book(store: EventStore, account_id: AccountId) -> AccountBook:
    books = AccountBooks(store)
    if not books.opened(account_id):
        raise BadInput(
            f"{account_id} is not open yet: its first cycle opens it with the capital that "
            "config/strategies.yaml names, change that instead"
        )
    return books.book(account_id)
