"""Notes that stand, on one subject or all of a week's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, or_, select

from core.clock import from_iso
from core.schemas.note import NoteKind, NoteSubject
from core.types import WeekId
from storage.projections.notes import NoteRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

NOTES = table_of(NoteRow)
MOST = 50


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note as it is shown; ``event_id`` is the event that pinned it."""

    note_id: str
    kind: NoteKind
    about: str
    text: str
    by: str
    added_at: datetime
    event_id: str


def notes_about(reader: StoreReader, subject: NoteSubject) -> tuple[NoteLine, ...]:
    """The newest MOST notes on the subject, newest first."""
    return _shown(reader, NOTES.c.kind == subject.kind, NOTES.c.about == subject.about)


def week_notes(reader: StoreReader, week_id: WeekId) -> tuple[NoteLine, ...]:
    """The newest MOST notes on the week, its pitches and its orders, newest first."""
    the_week = (NOTES.c.kind == NoteKind.WEEK) & (NOTES.c.about == week_id)
    return _shown(reader, or_(NOTES.c.week_id == week_id, the_week))


def _shown(reader: StoreReader, *wanted: ColumnElement[bool]) -> tuple[NoteLine, ...]:
    rows = reader.rows(
        select(NOTES)
        .where(*wanted, NOTES.c.withdrawn_by.is_(None))
        .order_by(NOTES.c.position.desc())
        .limit(MOST)
    )
    return tuple(map(_line, rows))


def _line(row: RowMapping) -> NoteLine:
    return NoteLine(
        note_id=row["note_id"],
        kind=NoteKind(row["kind"]),
        about=row["about"],
        text=row["text"],
        by=row["by"],
        added_at=from_iso(row["added_at"]),
        event_id=row["event_id"],
    )
