"""What is on record of broker against ledger: baselines, accepted cash, open differences, blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.desk.desk import Desk
from core.desk.writing import BROKER_STREAM
from core.events.reconciliation import (
    AccountsReconciled,
    BrokerBaseline,
    MismatchResolved,
    ReconciliationMismatch,
)
from core.ports import EventStore
from core.rules.reconciliation import Difference
from core.types import AccountId


@dataclass(slots=True)
class Standing:
    """``baselines`` USD by custody, ``open`` its unresolved differences, ``version`` the stream's."""

    baselines: dict[AccountId, Decimal] = field(default_factory=dict)
    open: dict[AccountId, tuple[Difference, ...]] = field(default_factory=dict)
    accounts: dict[AccountId, tuple[AccountId, ...]] = field(default_factory=dict)
    agreed: date | None = None
    version: int = 0

    def expected_cash(self, custody: AccountId, cash_change: Decimal) -> Decimal | None:
        """What the broker should hold, USD; None before the first meeting."""
        baseline = self.baselines.get(custody)
        return None if baseline is None else baseline + cash_change

    def blocked(self) -> Mapping[AccountId, str]:
        """Each account that may not trade, with the sentence that says why and the way out."""
        return {
            account: why(custody, found)
            for custody, found in self.open.items()
            for account in self.accounts[custody]
        }


def why(custody: AccountId, found: tuple[Difference, ...]) -> str:
    said = "; ".join(str(one) for one in found)
    return f"{custody} is blocked, broker and ledger differ ({said}): {_way_out(custody, found)}"


def _way_out(custody: AccountId, found: tuple[Difference, ...]) -> str:
    kinds = {one.what for one in found}
    if "starting_cash" in kinds:
        return (
            "set risk.starting_cash in config/risk.yaml to what the broker holds for each account and "
            "begin a new store, or give each account a key pair of its own"
        )
    if kinds == {"cash"}:
        return f"find out why, then accept it with `reconcile --accept {custody} --reason TEXT`"
    return "put it right at the broker (close or cancel what is not the desk's), then `reconcile`"


def standing(store: EventStore) -> Standing:
    """Folded from the log; the same after any restart."""
    found = Standing()
    for row in store.read(BROKER_STREAM):
        found.version = row.version
        match store.decode(row):
            case BrokerBaseline() as event:
                found.baselines[event.custody] = event.cash
            case AccountsReconciled() as event:
                found.agreed = event.session
            case ReconciliationMismatch() as event:
                known = found.open.get(event.account, ())
                one = Difference(event.what, event.subject, event.ledger, event.broker)
                found.open[event.account] = (*known, one)
                found.accounts[event.account] = event.accounts
            case MismatchResolved() as event:
                found.open.pop(event.account, None)
                if event.account in found.baselines:
                    found.baselines[event.account] += event.accepted_cash
    return found


def blocked_accounts(desk: Desk) -> Mapping[AccountId, str]:
    """`Standing.blocked` of this desk; none where there is no broker to differ from."""
    return {} if desk.statements is None else standing(desk.store).blocked()
