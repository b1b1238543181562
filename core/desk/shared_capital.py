"""Whether the account that several share still covers all that they were given together."""

from __future__ import annotations

from decimal import Decimal

from core.desk.broker_standing import standing, why
from core.desk.opening import STRATEGY
from core.events.account import AccountOpened
from core.events.strategy import CapitalDeposited, CapitalWithdrawn
from core.ports import EventStore
from core.types import AccountId, Money

ZERO = Decimal(0)
MOVES = (AccountOpened, CapitalDeposited, CapitalWithdrawn)


def uncovered(store: EventStore, custody: AccountId, more: Money) -> str | None:
    """Why the account at the broker does not carry ``more`` USD of virtual capital; None when it does.

    Trades change its equity and the sum of the accounts' by the same, so what it held at the first
    comparison, less what they were given since, is what is free. Read from the log alone: whoever
    asks speaks to no broker.
    """
    known = standing(store)
    if custody in known.open:
        return why(custody, known.open[custody])
    held = known.baselines.get(custody)
    if held is None:
        return f"{custody} was never compared with the ledger: run `reconcile` first"
    given = virtual_capital(store, custody)
    if given + more <= held:
        return None
    return (
        f"the account all share carries ${held:,.2f} and its accounts were given ${given:,.2f}: "
        f"${more:,.2f} more is not covered, ${max(ZERO, held - given):,.2f} is free"
    )


def virtual_capital(store: EventStore, custody: AccountId) -> Money:
    """What the accounts in it began with, and people put in less what they took out, USD."""
    given: dict[AccountId, Money] = {}
    for row in store.read_all(types=[kind.__name__ for kind in MOVES]):
        event = store.decode(row)
        if isinstance(event, AccountOpened):
            if event.custody == custody or (event.custody is None and event.strategy == STRATEGY):
                given[event.account_id] = event.starting_cash
        elif isinstance(event, CapitalDeposited) and event.account_id in given:
            given[event.account_id] += event.amount
        elif isinstance(event, CapitalWithdrawn) and event.account_id in given:
            given[event.account_id] -= event.amount
    return sum(given.values(), ZERO)
