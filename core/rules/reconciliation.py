"""Comparing a broker's statement with the ledger: exact in shares, to a cent a fill in cash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from core.rules.account_book import AccountBook
from core.schemas.order import OrderStatus
from core.schemas.statement import Statement

ZERO = Decimal(0)
CENT = Decimal("0.01")


class Difference(NamedTuple):
    """One thing both sides were asked about, and what each of them said."""

    what: str
    subject: str
    ledger: str
    broker: str

    def __str__(self) -> str:
        return f"{self.what} {self.subject}: ledger {self.ledger}, broker {self.broker}"


class Coming(NamedTuple):
    """Shares that sent orders may still bring, both positive."""

    bought: Decimal
    sold: Decimal


@dataclass(frozen=True, slots=True)
class LedgerSide:
    """The ledgers of the accounts one broker account stands for, added up.

    ``cash_change`` is what their cash moved since they were opened, without charges that only a
    simulated short pays and without capital, which moves in the ledger alone. A broker rounds its
    cash: ``tolerance`` is a cent a fill.
    """

    positions: Mapping[str, Decimal]
    coming: Mapping[str, Coming]
    sent: frozenset[str]
    cash_change: Decimal
    starting_cash: Decimal
    tolerance: Decimal


@dataclass(frozen=True, slots=True)
class Findings:
    """``in_flight``: shares differ by no more than open orders may have filled meanwhile."""

    differences: tuple[Difference, ...]
    in_flight: bool

    @property
    def agree(self) -> bool:
        return not self.differences and not self.in_flight


def ledger_side(books: Sequence[AccountBook]) -> LedgerSide:
    """What these accounts own together, and what their sent orders may still change."""
    positions: dict[str, Decimal] = {}
    coming: dict[str, Coming] = {}
    sent: set[str] = set()
    for book in books:
        for symbol, held in book.ledger.positions.items():
            positions[symbol] = positions.get(symbol, ZERO) + held.quantity
        for key, order in book.open_orders.items():
            if order.status is OrderStatus.INTENDED:
                continue
            sent.add(key)
            symbol, left = order.intent.symbol, order.remaining
            so_far = coming.get(symbol, Coming(ZERO, ZERO))
            coming[symbol] = Coming(so_far.bought + max(left, ZERO), so_far.sold - min(left, ZERO))
    return LedgerSide(
        positions={symbol: quantity for symbol, quantity in positions.items() if quantity},
        coming=coming,
        sent=frozenset(sent),
        cash_change=sum((_moved(book) for book in books), ZERO),
        starting_cash=sum((book.starting_cash for book in books), ZERO),
        tolerance=CENT * (1 + sum(book.fills for book in books)),
    )


def _moved(book: AccountBook) -> Decimal:
    return book.ledger.cash - book.starting_cash + book.borrow_paid - book.capital_moved


def compare(
    ledger: LedgerSide, statement: Statement, expected_cash: Decimal | None, lost: Iterable[str]
) -> Findings:
    """Orders, positions, then cash (None: nothing to compare it with yet).

    ``lost`` are orders the ledger calls sent and the broker does not know.
    """
    orders = [Difference("order", key, "sent", "unknown") for key in lost]
    orders += [
        Difference("order", key, "unknown", "open")
        for key in statement.orders
        if key not in ledger.sent
    ]
    positions, moving = _positions(ledger, statement)
    cash: list[Difference] = []
    if expected_cash is not None and not moving:
        cash = _cash(expected_cash, statement.cash, ledger.tolerance)
    return Findings((*orders, *positions, *cash), moving)


def short_of_start(ledger: LedgerSide, statement: Statement) -> tuple[Difference, ...]:
    """At the first meeting: a broker account must hold what its accounts start with."""
    needed = ledger.starting_cash + ledger.cash_change
    if statement.cash >= needed - ledger.tolerance:
        return ()
    return (Difference("starting_cash", "USD", f"{needed:.2f}", f"{statement.cash:.2f}"),)


def _positions(ledger: LedgerSide, statement: Statement) -> tuple[list[Difference], bool]:
    found, moving = [], False
    for symbol in sorted({*ledger.positions, *statement.positions}):
        ours = ledger.positions.get(symbol, ZERO)
        theirs = statement.positions.get(symbol, ZERO)
        if ours == theirs:
            continue
        coming = ledger.coming.get(symbol, Coming(ZERO, ZERO))
        if -coming.sold <= theirs - ours <= coming.bought:
            moving = True
        else:
            found.append(Difference("position", symbol, _plain(ours), _plain(theirs)))
    return found, moving


def _cash(expected: Decimal, told: Decimal, tolerance: Decimal) -> list[Difference]:
    if abs(expected - told) <= tolerance:
        return []
    return [Difference("cash", "USD", f"{expected:.2f}", f"{told:.2f}")]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
