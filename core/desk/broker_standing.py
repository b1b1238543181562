"""What is on record of broker against ledger: baselines, accepted cash, open differences, blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from core.desk.writing import BROKER_STREAM
from core.events.envelope import Event
from core.events.reconciliation import (
    AccountsReconciled,
    BrokerBaseline,
    MismatchResolved,
    ReconciliationMismatch,
)
from core.ports import EventStore
from core.rules.reconciliation import Difference
from core.types import AccountId

if TYPE_CHECKING:
    from core.desk.desk import Desk  # a desk holds a standing log of its own


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


class StandingLog:
    """Each look reads what the stream has gained; nothing is kept that a restart would miss.

    What was given once is never changed afterwards: two threads may look at the same time.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._known = Standing()

    def now(self) -> Standing:
        """As of the stream's last event."""
        known = self._known
        fresh = list(self._store.read(BROKER_STREAM, known.version))
        if fresh:
            known = replace(
                known,
                baselines={**known.baselines},
                open={**known.open},
                accounts={**known.accounts},
            )
            for row in fresh:
                known.version = row.version
                _apply(known, self._store.decode(row))
            self._known = known
        return known


def _apply(known: Standing, event: Event) -> None:
    match event:
        case BrokerBaseline():
            known.baselines[event.custody] = event.cash
        case AccountsReconciled():
            known.agreed = event.session
        case ReconciliationMismatch():
            before = known.open.get(event.account, ())
            one = Difference(event.what, event.subject, event.ledger, event.broker)
            known.open[event.account] = (*before, one)
            known.accounts[event.account] = event.accounts
        case MismatchResolved():
            known.open.pop(event.account, None)
            if event.account in known.baselines:
                known.baselines[event.account] += event.accepted_cash
        case _:
            pass


def standing(store: EventStore) -> Standing:
    """As `StandingLog.now`, for a single look."""
    return StandingLog(store).now()


def blocked_accounts(desk: Desk) -> Mapping[AccountId, str]:
    """`Standing.blocked` of this desk; none where there is no broker to differ from."""
    return {} if desk.statements is None else desk.standing.now().blocked()
