"""Which notes belong beside an event: those on its order, else on its week and the pitches it holds."""

from __future__ import annotations

from core.errors import BadInput
from core.schemas.note import NoteKind, NoteSubject
from core.types import WeekId
from pages.ui.notes import notes_in_week, notes_on
from storage.notes import subject_of
from storage.queries.one_event import WholeEvent


def event_notes(event: WholeEvent) -> None:
    """Nothing for an event of the desk itself, and for one whose names cannot be pinned to."""
    intent = event.payload.get("intent")
    order = (intent if isinstance(intent, dict) else event.payload).get("client_order_id")
    week = WeekId(event.week_id) if event.week_id else None
    try:
        if isinstance(order, str):
            notes_on(subject_of(NoteKind.ORDER, order, week))
        elif week is not None:
            notes_in_week(week, {"this week": subject_of(NoteKind.WEEK, week), **_pitches(event)})
    except BadInput:
        return


def _pitches(event: WholeEvent) -> dict[str, NoteSubject]:
    if event.type != "PitchesCollected":
        return {}
    return {
        f"pitch of {pitch['account_id']}": subject_of(
            NoteKind.PITCH, str(pitch["idea_id"]), event.week_id
        )
        for pitch in event.payload["value"]
    }
