"""What an alert says beyond its event: the order behind it, the accounts' day, the rules in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.alert_policy import AlertRules
from core.schemas.alert import AlertKind, Severity
from core.schemas.order import OrderIntent
from core.types import AccountId

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order just before the event: shares ``filled`` so far, its account's equity in USD."""

    intent: OrderIntent
    filled: Decimal
    equity: Decimal


@dataclass(frozen=True, slots=True)
class AccountDay:
    """An account at a session's mark, USD; ``before`` is the mark before, None when there is none."""

    account_id: AccountId
    equity: Decimal
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.equity - self.before

    @property
    def change_fraction(self) -> Decimal | None:
        return None if not self.before else self.equity / self.before - 1


@dataclass(frozen=True, slots=True)
class AlertContext:
    """``names`` are the accounts' names; ``order`` and ``day`` stand beside events that need them.

    ``slot_ended``: beside a job's end, that the slot it worked off has an end of its own.
    """

    rules: AlertRules
    names: Mapping[AccountId, str] = field(default_factory=dict)
    council: AccountId | None = None
    order: OrderFacts | None = None
    day: tuple[AccountDay, ...] = ()
    slot_ended: bool = False

    def name(self, account: str) -> str:
        """The account as people know it: ``Council (acct_5)``."""
        known = self.names.get(AccountId(account))
        return f"{known} ({account})" if known else account


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert before it has an id; ``lines`` become the body.

    ``once``: of all alerts of this kind that say the same here, only the first is raised.
    """

    kind: AlertKind
    severity: Severity
    subject: str
    title: str
    lines: tuple[str, ...]
    link: str = "/"
    once: str = ""
