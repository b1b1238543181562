"""`proposal`, `approve` and `reject`: what a week would trade, and a person's word on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from config.terminal import show
from core.clock import in_new_york
from core.desk.approval import Word, decide
from core.desk.approval_log import ballot
from core.desk.past_week import is_past
from core.desk.proposing import shown
from core.desk.runs import official_run
from core.desk.spending import usd
from core.errors import BadInput
from core.ports import EventStore
from core.schemas.approval import Proposal
from core.types import AccountId, WeekId
from storage.projections.approvals import ApprovalStatus
from storage.queries.approvals import ApprovalLine, WeekProposal, pending_proposal, week_proposal
from storage.queries.reader import StoreReader

BY = "operator"
HEADS = (
    "account",
    "holds",
    "target",
    "orders",
    "trades",
    "costs",
    "cash now",
    "cash after",
    "word",
)


def say(store: EventStore, week_id: WeekId, word: Word, at: datetime) -> list[str]:
    """Say yes or no to one account, or to all that are open; the lines to say.

    BadInput as `core.desk.approval.decide` gives it.
    """
    accounts = decide(store, week_id, word, moment(store, week_id, at))
    what = "approved" if word.approved else "rejected"
    return [
        f"week {week_id}: {what} {', '.join(accounts)}",
        f"the scheduler goes on once all are decided; by hand: `run_weekly --week {week_id}`",
    ]


def moment(store: EventStore, week_id: WeekId, now: datetime) -> datetime:
    """When a word on this week is said: now, or at its own instant where a past week is lived again.

    Only under a clock that stands still is a proposal made at the very instant its run began.
    """
    run = official_run(store, week_id)
    found = None if run is None else ballot(store, run.run_id)
    if run is None or found is None or not is_past(week_id, now):
        return now
    return found.proposed_at if found.proposed_at == run.as_of else now


def word(account: str | None, reason: str | None, *, every: bool, approved: bool) -> Word:
    """What a person says of one account, or of all; BadInput when neither or both are said."""
    if every == (account is not None):
        raise BadInput("say which: --account ACCOUNT, or --all-accounts for all that are open")
    who = None if account is None else AccountId(account)
    return Word(approved=approved, by=BY, reason=reason or "", account_id=who)


def proposal(reader: StoreReader, week_id: WeekId | None, now: datetime, *, as_json: bool) -> None:
    """What a week proposed, with what was said of it; the pending one without ``week_id``.

    BadInput when a week that is asked for proposed nothing.
    """
    found = pending_proposal(reader) if week_id is None else week_proposal(reader, week_id)
    if found is None and week_id is not None:
        raise BadInput(f"week {week_id} has proposed nothing: it asked nobody")
    if as_json:
        show.as_json({"proposal": found})
    elif found is None:
        show.line("nothing waits for approval")
    else:
        _show(found, now)


def _show(found: WeekProposal, now: datetime) -> None:
    proposed = f"{in_new_york(found.proposed_at):%Y-%m-%d %H:%M}"
    show.line(f"week {found.week_id}, proposed {proposed} New York; {_state(found, now)}")
    show.table(HEADS, [_row(line) for line in found.accounts])
    for hit in _hits(found):
        show.line(hit)


def _state(found: WeekProposal, now: datetime) -> str:
    if found.superseded_by is not None:
        return f"ended when week {found.superseded_by} began"
    if not found.pending:
        return "every account is decided"
    lived_again = is_past(found.week_id, now) and found.proposed_at == found.run_as_of
    over = now >= found.expires_at and not lived_again
    return f"{'expired at' if over else 'open until'} {shown(found.expires_at, now)}"


def _row(line: ApprovalLine) -> list[object]:
    asked = line.proposal
    trades = [f"{one.side} {one.quantity:f} {one.symbol}" for one in asked.orders]
    return [
        line.account_id,
        _holding(asked.held),
        _target(asked),
        ", then ".join(trades) or "none",
        usd(asked.notional),
        usd(asked.costs),
        usd(asked.cash_before),
        usd(asked.cash_after),
        _word(line),
    ]


def _holding(held: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{shares:f} {symbol}" for symbol, shares in held.items()) or "FLAT"


def _target(asked: Proposal) -> str:
    if not asked.quantity:
        return "FLAT"
    return f"{asked.quantity:f} {asked.instrument} ({asked.weight:+.1%} of {usd(asked.equity)})"


def _word(line: ApprovalLine) -> str:
    if line.status in (ApprovalStatus.PENDING, ApprovalStatus.IDLE):
        return {"pending": "?", "idle": "nothing to do"}[line.status]
    by = f" by {line.decided_by}" if line.decided_by else ""
    return f"{line.status}{by}" + (f": {line.reason}" if line.reason else "")


def _hits(found: WeekProposal) -> Iterator[str]:
    for line in found.accounts:
        for hit in line.proposal.hits:
            yield f"{line.account_id} {hit.limit} {hit.outcome}: {hit.reason}"
