"""Events of notes: what people pinned to a week, a pitch or an order, and what they took back."""

from __future__ import annotations

from core.events.envelope import Event
from core.schemas.note import NoteSubject


class NoteAdded(Event):
    note_id: str
    subject: NoteSubject
    text: str
    by: str


class NoteWithdrawn(Event):
    """The note is shown no more; what it said stays in the log."""

    note_id: str
    by: str
