"""Notes as the pages read them, kept until the log moves."""

from __future__ import annotations

from core.schemas.note import NoteSubject
from core.types import WeekId
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries.notes import NoteLine, notes_about, week_notes


@kept
def of_week(state: StoreState, week_id: WeekId) -> tuple[NoteLine, ...]:
    return week_notes(state.reader, week_id)


def about(state: StoreState, subject: NoteSubject) -> tuple[NoteLine, ...]:
    return _about(state, subject.kind, subject.about)


@kept
def _about(state: StoreState, kind: str, name: str) -> tuple[NoteLine, ...]:
    return notes_about(state.reader, NoteSubject.model_validate({"kind": kind, "about": name}))
