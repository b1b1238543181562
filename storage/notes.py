"""Notes of people, each an event at once: pinned to a week, a pitch or an order, and taken back."""

from __future__ import annotations

from core.clock import Clock
from core.desk import notes
from core.desk.notes import subject_of
from core.events.notes import NoteAdded
from core.ports import EventStore
from core.schemas.note import NoteSubject

__all__ = ["add_note", "subject_of", "withdraw_note"]


def add_note(
    store: EventStore, subject: NoteSubject, text: str, by: str, clock: Clock
) -> NoteAdded:
    """BadInput for an empty text or one that is too long; the same note twice is one."""
    return notes.add_note(store, subject, text, by, clock.now())


def withdraw_note(store: EventStore, note_id: str, by: str, clock: Clock) -> NoteAdded:
    """BadInput for a note nobody pinned."""
    return notes.withdraw_note(store, note_id, by, clock.now())
