"""What waits for a person's word, with its numbers, and every word there was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select

from core.clock import from_iso
from core.schemas.approval import Proposal
from core.types import AccountId, RunId, WeekId
from storage.projections.approvals import ApprovalRow, ApprovalStatus, ProposalRow
from storage.projections.runs import RunRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

PROPOSALS, ACCOUNTS = table_of(ProposalRow), table_of(ApprovalRow)
RUNS = table_of(RunRow)


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """One account: what it would trade, and what was said of it; instants are UTC."""

    account_id: AccountId
    proposal: Proposal
    status: ApprovalStatus
    reason: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class WeekProposal:
    """A week that stopped before its orders; ``superseded_by`` is the week that ended the wait.

    ``run_as_of`` is when its run began: the same instant where a week of the past was lived again.
    """

    week_id: WeekId
    run_id: RunId
    proposed_at: datetime
    expires_at: datetime
    superseded_by: WeekId | None
    run_as_of: datetime
    accounts: tuple[ApprovalLine, ...]

    @property
    def pending(self) -> tuple[ApprovalLine, ...]:
        return tuple(line for line in self.accounts if line.status is ApprovalStatus.PENDING)


def pending_proposal(reader: StoreReader) -> WeekProposal | None:
    """The newest week's proposal while an account of it is open; its time may be over already."""
    newest = next(iter(week_proposals(reader, 1)), None)
    return newest if newest is not None and newest.pending else None


def week_proposal(reader: StoreReader, week_id: WeekId) -> WeekProposal | None:
    """What this week proposed; None for a week that asked nobody."""
    row = reader.first(select(PROPOSALS).where(PROPOSALS.c.week_id == week_id))
    return None if row is None else _proposal(reader, row)


def week_proposals(reader: StoreReader, limit: int = 52) -> tuple[WeekProposal, ...]:
    """The newest weeks that asked, newest first, with every decision."""
    newest = select(PROPOSALS).order_by(PROPOSALS.c.week_id.desc()).limit(limit)
    return tuple(_proposal(reader, row) for row in reader.rows(newest))


def _proposal(reader: StoreReader, row: RowMapping) -> WeekProposal:
    accounts = select(ACCOUNTS).where(ACCOUNTS.c.run_id == row["run_id"]).order_by(ACCOUNTS.c.place)
    run = reader.first(select(RUNS).where(RUNS.c.run_id == row["run_id"]))
    return WeekProposal(
        week_id=WeekId(row["week_id"]),
        run_id=RunId(row["run_id"]),
        proposed_at=from_iso(row["proposed_at"]),
        expires_at=from_iso(row["expires_at"]),
        superseded_by=WeekId(row["superseded_by"]) if row["superseded_by"] else None,
        run_as_of=from_iso(run["as_of"]) if run else from_iso(row["proposed_at"]),
        accounts=tuple(map(_line, reader.rows(accounts))),
    )


def _line(row: RowMapping) -> ApprovalLine:
    return ApprovalLine(
        account_id=AccountId(row["account_id"]),
        proposal=Proposal.model_validate_json(row["document"]),
        status=ApprovalStatus(row["status"]),
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=from_iso(row["decided_at"]) if row["decided_at"] else None,
    )
