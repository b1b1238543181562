"""A run's proposal folded from its events: who said what, and what ran out of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.events.approval import ApprovalDecided, ApprovalExpired, OrdersProposed
from core.events.envelope import Event
from core.schemas.approval import Decision, How, OrderApprovals, Proposal
from core.types import AccountId, RunId, WeekId

DESK = "desk"


@dataclass(frozen=True, slots=True)
class Ballot:
    """A proposal with every word on it; ``changed_at`` is the instant of the newest of those.

    ``version`` counts its events; ``superseded_by`` is the week that began before this one went on.
    """

    run_id: RunId
    week_id: WeekId
    proposals: tuple[Proposal, ...]
    proposed_at: datetime
    expires_at: datetime
    changed_at: datetime
    decisions: Mapping[AccountId, Decision] = field(default_factory=dict)
    superseded_by: WeekId | None = None
    version: int = 1

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        return tuple(proposal.account_id for proposal in self.proposals)

    @property
    def pending(self) -> tuple[AccountId, ...]:
        """Accounts nobody decided on and no time ran out for, in account order."""
        return tuple(account for account in self.accounts if account not in self.decisions)

    def outcome(self) -> OrderApprovals:
        """Every decision there is, in account order."""
        decided = tuple(self.decisions[one] for one in self.accounts if one in self.decisions)
        return OrderApprovals(decisions=decided, decided_at=self.changed_at)


def fold(events: Iterable[tuple[datetime, Event]]) -> Ballot | None:
    """Apply (occurred at, event) pairs in order; None while nothing was proposed."""
    found: Ballot | None = None
    for at, event in events:
        if isinstance(event, OrdersProposed):
            found = _proposed(event, at)
        elif found is not None:
            told = _applied(found, event)
            found = replace(told, changed_at=max(found.changed_at, at), version=found.version + 1)
    return found


def _proposed(event: OrdersProposed, at: datetime) -> Ballot:
    idle = {
        proposal.account_id: Decision(
            account_id=proposal.account_id,
            approved=True,
            reason="nothing held and nothing wanted",
            by=DESK,
            how=How.AUTO,
        )
        for proposal in event.proposals
        if proposal.is_idle
    }
    proposals, until = event.proposals, event.expires_at
    return Ballot(event.run_id, event.week_id, proposals, at, until, at, idle)


def _applied(ballot: Ballot, event: Event) -> Ballot:
    if isinstance(event, ApprovalDecided):
        said = Decision(
            account_id=event.account_id,
            approved=event.approved,
            reason=event.reason,
            by=event.by,
            how=How.PERSON,
        )
        return replace(ballot, decisions={**ballot.decisions, event.account_id: said})
    if isinstance(event, ApprovalExpired):
        late = {account: _expired(account, event) for account in event.accounts}
        superseded = event.superseded_by or ballot.superseded_by
        return replace(ballot, decisions={**ballot.decisions, **late}, superseded_by=superseded)
    return ballot


def _expired(account_id: AccountId, event: ApprovalExpired) -> Decision:
    newer = event.superseded_by
    reason = f"week {newer} began" if newer else "nobody decided in time"
    return Decision(account_id=account_id, approved=False, reason=reason, by=DESK, how=How.EXPIRED)
