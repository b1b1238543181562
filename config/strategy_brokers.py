"""Where each strategy's account stands: at bars, at a key pair of its own, or on the one that all share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from config.alpaca import AlpacaConnections
from config.secrets import account_names
from config.settings import Settings
from core.desk.books import AccountBooks
from core.desk.strategy_broker import lies_at
from core.ports import EventStore
from core.rules.account_book import AccountBook
from core.strategy import StrategySpec
from core.types import AccountId, StoreKind

SHARED = AccountId("key")
"""The one broker account that all of the desk's accounts share."""


@dataclass(frozen=True, slots=True)
class Binding:
    """``custody`` and ``fault`` as a `Strategy` has them; ``starting_cash`` is what it began with, USD."""

    account_id: AccountId
    custody: AccountId | None
    starting_cash: Decimal
    fault: str | None = None


def bindings_of(
    settings: Settings, kind: StoreKind, store: EventStore, alpaca: AlpacaConnections
) -> Mapping[str, Binding]:
    """Every strategy with an account of its own, by name.

    An account stays where it was opened, whatever the file says by now; that it says something else is
    the fault.
    """
    books = AccountBooks(store)
    found: dict[str, Binding] = {}
    for spec in settings.strategies:
        if spec.account is None:
            continue
        book = books.book(spec.account) if books.opened(spec.account) else None
        custody = _custody(settings, kind, alpaca, spec, book)
        cash = spec.capital if book is None else book.starting_cash
        fault = _moved(settings, kind, spec, book) or _keyless(alpaca, spec, custody)
        found[spec.name] = Binding(spec.account, custody, cash, fault)
    return found


def _custody(
    settings: Settings,
    kind: StoreKind,
    alpaca: AlpacaConnections,
    spec: StrategySpec,
    book: AccountBook | None,
) -> AccountId | None:
    if settings.broker_of(kind) == "simulated":
        return None
    at_desk = spec.broker == "desk" if book is None else book.custody is not None
    if not at_desk:
        return None
    return SHARED if alpaca.shares_a_key(settings.policy.accounts) else spec.account


def _moved(
    settings: Settings, kind: StoreKind, spec: StrategySpec, book: AccountBook | None
) -> str | None:
    """Why nothing is traded for a strategy whose file names another broker than its account has."""
    if book is None or settings.broker_of(kind) == "simulated":
        return None
    if (book.custody is not None) == (spec.broker == "desk"):
        return None
    kept = "simulated" if book.custody is None else "desk"
    return (
        f"{spec.name}: {book.account_id} {lies_at(book.custody)}: set broker: {kept} in "
        "config/strategies.yaml as before, or give it an account that was never opened"
    )


def _keyless(
    alpaca: AlpacaConnections, spec: StrategySpec, custody: AccountId | None
) -> str | None:
    """Why nothing is traded for a strategy that needs a key pair of its own and has none."""
    if custody is None or custody != spec.account or alpaca.has_own_key(custody):
        return None
    names = " and ".join(account_names(int(custody.removeprefix("acct_"))))
    return (
        f"{spec.name} trades at the desk's broker and {custody} has no key pair: set {names} in .env, "
        "or broker: simulated in config/strategies.yaml before its first trade"
    )
