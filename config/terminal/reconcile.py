"""`reconcile`: broker against ledger on demand, and a person's word on a cash difference."""

from __future__ import annotations

from core.desk.broker_standing import blocked_accounts
from core.desk.desk import Desk
from core.desk.opening import open_desk
from core.desk.reconcile import accept, reconcile, sentences
from core.desk.spending import usd
from core.errors import BadInput
from core.types import AccountId


def run(desk: Desk, accepted: str | None, reason: str | None) -> tuple[list[str], bool]:
    """The lines to say, and whether nothing is blocked; BadInput for a desk without a broker."""
    if desk.statements is None:
        raise BadInput("this desk trades at the simulated broker: there is nothing to reconcile")
    now = desk.clock.now()
    open_desk(desk, now)
    lines = []
    if accepted is not None:
        difference = accept(desk, AccountId(accepted), reason or "", now)
        lines.append(f"{accepted}: {usd(difference)} accepted as the broker's")
    elif reason is not None:
        raise BadInput("--reason is for an accepted difference: give --accept ACCOUNT with it")
    lines += sentences(desk, reconcile(desk, now))
    return lines, not blocked_accounts(desk)
