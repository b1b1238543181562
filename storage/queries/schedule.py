"""The schedule as people see it: what comes next, how the last slots ended, and whether it pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, select

from core.clock import from_iso, iso
from storage.projections.desk import SlotRow
from storage.projections.schedule import PauseRow, PlannedSlotRow, SlotAttemptRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

PLANNED, SLOTS = table_of(PlannedSlotRow), table_of(SlotRow)
ATTEMPTS, PAUSE = table_of(SlotAttemptRow), table_of(PauseRow)


@dataclass(frozen=True, slots=True)
class ComingSlot:
    """A slot without an ending; ``attempts`` of it failed so far, ``tried`` says why the last did."""

    slot: str
    job: str
    at: datetime
    attempts: int
    tried: str


@dataclass(frozen=True, slots=True)
class EndedSlot:
    """``late_s`` is from its instant to its ending, seconds of wall time; None in a played desk."""

    slot: str
    job: str
    at: datetime
    outcome: str
    detail: str
    late_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    by: str
    reason: str
    since: datetime


def coming_slots(reader: StoreReader, now: datetime, limit: int = 10) -> tuple[ComingSlot, ...]:
    """Planned slots that have no ending, in order of time: what is overdue first, then what comes.

    Nothing before the last ended slot's day is shown: it was never this scheduler's.
    """
    failed = (
        select(ATTEMPTS.c.slot, func.count().label("attempts")).group_by(ATTEMPTS.c.slot).subquery()
    )
    asked = (
        select(PLANNED, func.coalesce(failed.c.attempts, 0).label("attempts"))
        .outerjoin(SLOTS, SLOTS.c.slot == PLANNED.c.slot)
        .outerjoin(failed, failed.c.slot == PLANNED.c.slot)
        .where(SLOTS.c.slot.is_(None), PLANNED.c.skip == "")
        .where((PLANNED.c.at > iso(now)) | (failed.c.attempts > 0))
        .order_by(PLANNED.c.at, PLANNED.c.slot)
        .limit(limit)
    )
    return tuple(_coming(reader, row) for row in reader.rows(asked))


def _coming(reader: StoreReader, row: RowMapping) -> ComingSlot:
    tried = ""
    if row["attempts"]:
        asked = select(ATTEMPTS).where(ATTEMPTS.c.slot == row["slot"])
        last = reader.first(asked.order_by(ATTEMPTS.c.attempt.desc()).limit(1))
        tried = last["detail"] if last else ""
    at = from_iso(row["at"])
    return ComingSlot(row["slot"], row["job"], at, row["attempts"], tried)


def ended_slots(
    reader: StoreReader, limit: int = 20, *, troubles: bool = False
) -> tuple[EndedSlot, ...]:
    """The slots that ended last, newest first; with ``troubles`` only those that failed or were missed."""
    asked = select(SLOTS).order_by(SLOTS.c.at.desc(), SLOTS.c.slot).limit(limit)
    if troubles:
        asked = asked.where(SLOTS.c.outcome.in_(("failed", "missed")))
    return tuple(
        EndedSlot(
            slot=row["slot"],
            job=row["job"],
            at=from_iso(row["at"]),
            outcome=row["outcome"],
            detail=row["detail"],
            late_s=(from_iso(row["recorded_at"]) - from_iso(row["at"])).total_seconds(),
        )
        for row in reader.rows(asked)
    )


def pause(reader: StoreReader) -> Pause | None:
    """The pause that holds now; None while the scheduler may work."""
    row = reader.first(select(PAUSE))
    if row is None or row["since"] is None:
        return None
    return Pause(row["paused_by"], row["reason"], from_iso(row["since"]))
