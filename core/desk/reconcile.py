"""Broker against ledger: orders, fills, positions, then cash; nothing is adjusted in silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.clock import in_new_york
from core.desk.broker_standing import Standing, why
from core.desk.desk import Desk
from core.desk.settle import record_told
from core.desk.writing import BROKER_STREAM, new_event
from core.errors import BadInput, BrokerUnavailable
from core.events.envelope import Append, Event
from core.events.reconciliation import (
    AccountsReconciled,
    BrokerBaseline,
    MismatchResolved,
    ReconciliationMismatch,
)
from core.ports import Statements
from core.rules.account_book import AccountBook
from core.rules.reconciliation import (
    Difference,
    Findings,
    LedgerSide,
    compare,
    ledger_side,
    short_of_start,
)
from core.schemas.order import OrderStatus
from core.schemas.statement import Statement
from core.types import AccountId

LOOKS = 3
"""A fill may land between two questions: a difference counts when it is there after this many looks."""
DESK = "desk"


class Agreement(StrEnum):
    AGREES = "agrees"
    IN_FLIGHT = "in flight"
    DIFFERS = "differs"


def reconcile(
    desk: Desk, at: datetime, only: Collection[AccountId] | None = None
) -> Mapping[AccountId, Agreement]:
    """Compare every account at the broker with the ledger and record what differs or is well again.

    Empty for the simulated broker. ``only`` names accounts at the broker, all by default; one that
    stands for no account of the desk yet is not looked at. BrokerUnavailable, after all others were
    looked at, when one of them gave no answer: nothing is known of it, which is no mismatch and no
    agreement either.
    """
    if desk.statements is None:
        return {}
    found: dict[AccountId, Agreement] = {}
    silent: list[BrokerUnavailable] = []
    for custody, every in desk.statements.custodies().items():
        accounts = [one for one in every if desk.books.opened(one)]
        if not accounts or (only is not None and custody not in only):
            continue
        try:
            found[custody] = _look(desk, desk.statements, custody, accounts, at)
        except BrokerUnavailable as error:
            silent.append(error)
    if silent:
        raise silent[0]
    if set(found.values()) == {Agreement.AGREES} and set(found) >= set(council_custodies(desk)):
        _record_agreement(desk, at, len(found))
    return found


def reconcile_council(desk: Desk, at: datetime) -> Mapping[AccountId, Agreement]:
    """As `reconcile`, of the council's accounts: a strategy's own key that fails stops none of them."""
    return reconcile(desk, at, council_custodies(desk))


def council_custodies(desk: Desk) -> Sequence[AccountId]:
    """The accounts at the broker that stand for an account of the council."""
    if desk.statements is None:
        return ()
    council = {one.account_id for one in desk.policy.accounts}
    every = desk.statements.custodies().items()
    return [custody for custody, accounts in every if not council.isdisjoint(accounts)]


def accept(desk: Desk, custody: AccountId, reason: str, at: datetime) -> Decimal:
    """Take the broker's cash as right from now on; returns the difference in USD.

    BadInput without a reason, without a difference, or where more than cash differs: shares are put
    right where they are, at the broker.
    """
    if not reason.strip():
        raise BadInput("an accepted difference needs a reason: give --reason TEXT")
    if desk.statements is None:
        raise BadInput("this desk trades at the simulated broker: there is nothing to reconcile")
    known = desk.statements.custodies()
    if custody not in known:
        raise BadInput(
            f"there is no account {custody} at the broker: use one of {', '.join(known)}"
        )
    before = desk.standing.now()
    accounts = [one for one in known[custody] if desk.books.opened(one)]
    side, statement, findings = _compared(desk, desk.statements, custody, accounts, at)
    others = [one for one in findings.differences if one.what != "cash"]
    if others:
        raise BadInput(f"{others[0]}: only cash can be accepted, put this right at the broker")
    expected = before.expected_cash(custody, side.cash_change)
    if not findings.differences or expected is None:
        raise BadInput(f"{custody}: broker and ledger do not differ in cash, nothing to accept")
    difference = statement.cash - expected
    resolved = MismatchResolved(
        account=custody, reason=reason.strip(), by="operator", accepted_cash=difference
    )
    _append(desk, before, [resolved], at)
    return difference


def _look(
    desk: Desk,
    broker: Statements,
    custody: AccountId,
    accounts: Sequence[AccountId],
    at: datetime,
) -> Agreement:
    for _ in range(LOOKS):
        side, statement, findings = _compared(desk, broker, custody, accounts, at)
        if not findings.differences:
            break
    _record(desk, statement, side, findings, at)
    if findings.differences:
        return Agreement.DIFFERS
    return Agreement.IN_FLIGHT if findings.in_flight else Agreement.AGREES


def _compared(
    desk: Desk,
    broker: Statements,
    custody: AccountId,
    accounts: Sequence[AccountId],
    at: datetime,
) -> tuple[LedgerSide, Statement, Findings]:
    """What the broker tells into the ledger first, then both sides as they are now.

    Nothing is sent meanwhile: an order left over from before a crash waits for this comparison.
    """
    record_told(desk, accounts, at)
    statement = broker.statement(custody)
    books = [desk.books.book(account) for account in accounts]
    side = ledger_side(books)
    expected = desk.standing.now().expected_cash(custody, side.cash_change)
    findings = compare(side, statement, expected, _lost(desk, books, statement))
    if expected is None and findings.agree:
        findings = Findings(short_of_start(side, statement), in_flight=False)
    return side, statement, findings


def _lost(desk: Desk, books: Sequence[AccountBook], statement: Statement) -> list[str]:
    """Orders the ledger calls sent which the broker, asked by their ids, does not know."""
    return [
        key
        for book in books
        for key, order in book.open_orders.items()
        if order.status is not OrderStatus.INTENDED
        and key not in statement.orders
        and desk.broker.find(book.account_id, key) is None
    ]


def _record(
    desk: Desk, statement: Statement, side: LedgerSide, findings: Findings, at: datetime
) -> None:
    """Only what is new: a difference that stays is said once, one that is gone is resolved.

    While an order fills nothing is resolved, and what was said stands: only more is added to it.
    """
    known = desk.standing.now()
    custody = statement.custody
    before = known.open.get(custody, ())
    events: list[Event] = []
    if findings.in_flight:
        more = [one for one in findings.differences if one not in before]
        events += [_mismatch(statement, one) for one in more]
    elif before != findings.differences:
        if before:
            reason = (
                "broker and ledger agree again" if findings.agree else "the differences changed"
            )
            events.append(MismatchResolved(account=custody, reason=reason, by=DESK))
        events += [_mismatch(statement, one) for one in findings.differences]
    if findings.agree and custody not in known.baselines:
        cash = statement.cash - side.cash_change
        events.append(BrokerBaseline(custody=custody, accounts=statement.accounts, cash=cash))
    if events:
        _append(desk, known, events, at)


def _mismatch(statement: Statement, one: Difference) -> ReconciliationMismatch:
    return ReconciliationMismatch(
        account=statement.custody,
        accounts=statement.accounts,
        what=one.what,
        subject=one.subject,
        ledger=one.ledger,
        broker=one.broker,
    )


def _record_agreement(desk: Desk, at: datetime, accounts: int) -> None:
    known = desk.standing.now()
    session = desk.calendar.session_on_or_before(in_new_york(at).date())
    if known.agreed is None or known.agreed < session:
        _append(desk, known, [AccountsReconciled(session=session, accounts=accounts)], at)


def _append(desk: Desk, known: Standing, events: Sequence[Event], at: datetime) -> None:
    new = [
        new_event(BROKER_STREAM, event, [known.version + number], at)
        for number, event in enumerate(events, start=1)
    ]
    desk.store.commit([Append(BROKER_STREAM, new, known.version)])


def sentences(desk: Desk, found: Mapping[AccountId, Agreement]) -> list[str]:
    """One line an account at the broker, for people."""
    known = desk.standing.now()
    return [
        why(custody, known.open[custody])
        if custody in known.open
        else f"{custody}: broker and ledger agree"
        if agreement is Agreement.AGREES
        else f"{custody}: an order is filling, look again when it has"
        for custody, agreement in found.items()
    ]
