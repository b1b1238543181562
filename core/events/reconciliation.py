"""Events of reconciliation: what the broker and the ledger said of the same account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.events.envelope import Event
from core.types import AccountId


class BrokerBaseline(Event):
    """The first meeting: what the broker's cash was beside the ledger's, USD; they move alike from here.

    ``custody`` is the broker's account (an account's own, or the key several share), ``cash`` what it
    held less everything the ledger had booked by then.
    """

    custody: AccountId
    accounts: tuple[AccountId, ...]
    cash: Decimal


class AccountsReconciled(Event):
    """Every account at the broker agreed with the ledger in this session (the first time it did)."""

    session: date
    accounts: int


class ReconciliationMismatch(Event):
    """Both sides of one difference; the accounts of this custody trade nothing until it is resolved.

    ``what`` is position (shares), cash (USD), order (client order id) or starting_cash (USD).
    """

    account: AccountId
    accounts: tuple[AccountId, ...]
    what: str
    subject: str
    ledger: str
    broker: str


class MismatchResolved(Event):
    """Trading goes on: both sides agree again, or a person accepted ``accepted_cash`` (USD) by hand."""

    account: AccountId
    reason: str
    by: str
    accepted_cash: Decimal = Decimal(0)
