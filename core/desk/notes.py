"""Notes of people on a week, a pitch or an order: they change nothing the desk does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count

from pydantic import TypeAdapter, ValidationError

from core.desk.writing import append_one, new_event
from core.errors import BadInput
from core.events.envelope import event_id
from core.events.notes import NoteAdded, NoteWithdrawn
from core.ports import EventStore
from core.schemas.note import MAX_NOTE, NoteKind, NoteSubject, NoteText
from core.types import StreamId, deterministic_id, week_of
from core.well_formed import well_formed

NOTES_STREAM = StreamId("system/notes")
Text: TypeAdapter[str] = TypeAdapter(NoteText)


def subject_of(kind: str, about: str, week: str | None = None) -> NoteSubject:
    """What the words mean; BadInput in one line for another kind, name or day than there can be.

    A week takes any of its days.
    """
    said: Mapping[str, object] = {"kind": kind, "about": about, "week_id": _week(week)}
    if kind == NoteKind.WEEK:
        said = {"kind": kind, "about": _week(about), "week_id": _week(about)}
    try:
        return NoteSubject.model_validate(said)
    except ValidationError as error:
        kinds = ", ".join(NoteKind)
        raise BadInput(
            f"a note cannot be pinned to {kind[:40]!r} {about[:80]!r}: give one of {kinds} and its id"
        ) from error


def add_note(
    store: EventStore, subject: NoteSubject, text: str, by: str, at: datetime
) -> NoteAdded:
    """Pin a note; the same words of the same person on the same subject are one note.

    BadInput for an empty text, and for one of more than MAX_NOTE signs.
    """
    said = _checked(text)
    for attempt in count():
        # A note that was taken back may be pinned anew: that is another note.
        key = deterministic_id("note", subject.kind, subject.about, by, said, attempt)
        note = NoteAdded(note_id=str(key), subject=subject, text=said, by=by)
        if store.find(_withdrawn(note.note_id)) is None:
            break
    if store.find(_added(note.note_id)) is None:
        new = new_event(NOTES_STREAM, note, [note.note_id], at, week_id=subject.week_id)
        append_one(store, NOTES_STREAM, new)
    return note


def withdraw_note(store: EventStore, note_id: str, by: str, at: datetime) -> NoteAdded:
    """Take a note back; BadInput for one that nobody pinned. Taken back already, nothing changes."""
    stored = store.find(_added(note_id))
    if stored is None:
        raise BadInput(f"there is no note {note_id[:60]!r}: look at the week it was pinned to")
    note = NoteAdded.model_validate(stored.payload)
    if store.find(_withdrawn(note_id)) is None:
        event = NoteWithdrawn(note_id=note.note_id, by=by)
        week = note.subject.week_id
        append_one(store, NOTES_STREAM, new_event(NOTES_STREAM, event, [note_id], at, week_id=week))
    return note


def _checked(text: str) -> str:
    try:
        return Text.validate_python(well_formed(text))
    except ValidationError as error:
        size = len(text.strip())
        why = f"has {size} signs" if size else "is empty"
        raise BadInput(f"the note {why}: write 1 to {MAX_NOTE} signs") from error


def _week(day: str | None) -> str | None:
    if day is None:
        return None
    try:
        return week_of(date.fromisoformat(day))
    except ValueError as error:
        raise BadInput(f"week {day[:40]!r} is no date: write YYYY-MM-DD") from error


def _added(note_id: str) -> str:
    return str(event_id(NOTES_STREAM, NoteAdded.__name__, note_id))


def _withdrawn(note_id: str) -> str:
    return str(event_id(NOTES_STREAM, NoteWithdrawn.__name__, note_id))
