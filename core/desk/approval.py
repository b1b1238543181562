"""The word on a proposal: decided by people, ended by time or by the next week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.desk.approval_log import ballot, newest_claim, pending
from core.desk.proposing import shown
from core.desk.runs import the_official_run
from core.desk.writing import approval_stream, new_event
from core.errors import BadInput, ConcurrencyError, EventConflict
from core.events.approval import ApprovalDecided, ApprovalExpired
from core.events.envelope import Append, Event
from core.ports import EventStore
from core.rules.ballot import Ballot
from core.schemas.run import RunSpec
from core.types import AccountId, WeekId

T = TypeVar("T")
TRIES = 20
"""Somebody else may decide on another account at the same moment; that often in a row is a defect."""
MAX_TEXT = 400


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word: on one account, or with None on all that are still open."""

    approved: bool
    by: str
    reason: str = ""
    account_id: AccountId | None = None


def decide(store: EventStore, week_id: WeekId, word: Word, at: datetime) -> tuple[AccountId, ...]:
    """Record the word on the week's proposal; returns the accounts it was about.

    BadInput for a week without a proposal, an account that is unknown or decided, a proposal that
    expired or was overtaken by a newer week, and a rejection without a reason.
    """
    reason = _checked(word)
    run = the_official_run(store, week_id)

    def events(found: Ballot) -> list[Event]:
        _refuse_closed(store, found, at)
        return [
            ApprovalDecided(
                run_id=run.run_id,
                account_id=account,
                approved=word.approved,
                reason=reason,
                by=word.by.strip(),
            )
            for account in _meant(found, word.account_id)
        ]

    def record() -> tuple[AccountId, ...]:
        found = ballot(store, run.run_id)
        if found is None:
            raise BadInput(f"week {week_id} has proposed nothing: there is nothing to decide on")
        said = events(found)
        _append(store, found, said, at)
        return tuple(one.account_id for one in said if isinstance(one, ApprovalDecided))

    return _insisting(record)


def _checked(word: Word) -> str:
    """The reason as one short line; BadInput where one is missing, or a text cannot be kept."""
    reason = " ".join(word.reason.split())
    if not word.approved and not reason:
        raise BadInput("a rejection needs a reason: give --reason TEXT")
    if not word.by.strip():
        raise BadInput("a decision needs a name: say who decides")
    if max(len(reason), len(word.by)) > MAX_TEXT:
        raise BadInput(f"the reason is too long: say it in {MAX_TEXT} characters")
    return reason


def _refuse_closed(store: EventStore, found: Ballot, at: datetime) -> None:
    newest = newest_claim(store)
    if newest > found.week_id:
        raise BadInput(f"week {found.week_id} is over: week {newest} has begun")
    if found.pending and at >= found.expires_at:
        raise BadInput(
            f"the proposal of week {found.week_id} expired at {shown(found.expires_at, at)}: "
            "its accounts stay as they are"
        )


def _meant(found: Ballot, account_id: AccountId | None) -> tuple[AccountId, ...]:
    if account_id is None:
        if not found.pending:
            raise BadInput(f"every account of week {found.week_id} is decided already")
        return found.pending
    if account_id not in found.accounts:
        raise BadInput(
            f"account {account_id} is not in the proposal of week {found.week_id}: "
            f"use one of {', '.join(found.accounts)}"
        )
    known = found.decisions.get(account_id)
    if known is not None:
        what = "approved" if known.approved else "rejected"
        raise BadInput(f"{account_id} was {what} already by {known.by} ({known.reason or 'as is'})")
    return (account_id,)


def expire(store: EventStore, at: datetime) -> WeekId | None:
    """Record that the time for the pending proposal is over; its week, None while it is not."""
    found = pending(store)
    if found is None or at < found.expires_at:
        return None
    _close(store, found, found.expires_at)
    return found.week_id


def supersede(store: EventStore, run: RunSpec) -> None:
    """Close what an older week still waits for: this run's week has begun."""
    found = pending(store)
    if found is not None and found.week_id < run.week_id:
        _close(store, found, run.as_of, run.week_id)


def _close(store: EventStore, known: Ballot, at: datetime, newer: WeekId | None = None) -> None:
    def record() -> None:
        found = ballot(store, known.run_id) or known
        if not found.pending:
            return  # somebody was quicker
        event = ApprovalExpired(run_id=found.run_id, accounts=found.pending, superseded_by=newer)
        _append(store, found, [event], at)

    _insisting(record)


def _append(store: EventStore, found: Ballot, events: Sequence[Event], at: datetime) -> None:
    stream = approval_stream(found.run_id)
    new = [
        new_event(stream, event, _about(event), at, week_id=found.week_id, run_id=found.run_id)
        for event in events
    ]
    store.commit([Append(stream, new, found.version)])


def _about(event: Event) -> Sequence[object]:
    """A word an account, an end a proposal: a second one of either is not the same event."""
    if isinstance(event, ApprovalDecided):
        return [event.run_id, event.account_id]
    assert isinstance(event, ApprovalExpired)  # nothing else follows a proposal
    return [event.run_id, event.superseded_by or "time"]


def _insisting(record: Callable[[], T]) -> T:
    """Read and write again when another process wrote in between: it may have said the same."""
    for _ in range(TRIES - 1):
        try:
            return record()
        except (ConcurrencyError, EventConflict):
            continue
    return record()
