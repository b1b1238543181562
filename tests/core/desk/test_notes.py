"""Notes: pinned once, taken back once, bounded, and never about what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.desk.notes import NOTES_STREAM, add_note, subject_of, withdraw_note
from core.errors import BadInput
from core.events import ALL_EVENTS
from core.schemas.note import MAX_NOTE
from storage.event_store import open_store
from storage.serialization import EventRegistry

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)


@pytest.fixture
def store():
    opened = open_store("sqlite://", registry=EventRegistry(ALL_EVENTS))
    yield opened
    opened.close()


def types(store):
    return [row.type for row in store.read(NOTES_STREAM)]


def test_a_note_is_an_event_with_its_week_in_the_envelope(store):
    note = add_note(store, subject_of("pitch", "idea-1", "2026-11-20"), " Look here. ", "ada", AT)
    [row] = store.read(NOTES_STREAM)
    assert (note.text, note.by, row.week_id) == ("Look here.", "ada", "2026-11-18")
    assert row.payload["subject"] == {
        "kind": "pitch", "about": "idea-1", "week_id": "2026-11-18"
    }  # fmt: skip


def test_the_same_words_twice_are_one_note_and_taken_back_they_may_be_said_again(store):
    week = subject_of("week", "2026-11-18")
    first = add_note(store, week, "again", "ada", AT)
    assert add_note(store, week, "again", "ada", AT + timedelta(hours=1)) == first
    withdraw_note(store, first.note_id, "bob", AT)
    withdraw_note(store, first.note_id, "bob", AT + timedelta(hours=1))
    second = add_note(store, week, "again", "ada", AT)
    assert second.note_id != first.note_id
    assert types(store) == ["NoteAdded", "NoteWithdrawn", "NoteAdded"]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (MAX_NOTE + 1)])
def test_an_empty_or_endless_note_is_refused(store, text):
    with pytest.raises(BadInput, match="write 1 to"):
        add_note(store, subject_of("week", "2026-11-18"), text, "ada", AT)
    assert types(store) == []


def test_half_a_character_is_no_reason_to_lose_a_note(store):
    note = add_note(store, subject_of("order", "o-1"), "so \ud83d", "ada", AT)
    assert note.text == "so \ufffd"


@pytest.mark.parametrize(
    ("kind", "about", "week"),
    [
        ("trade", "x", None),
        ("pitch", "", None),
        ("pitch", "[x](http://evil.example)", None),
        ("order", "x" * 201, None),
        ("week", "soon", None),
        ("order", "o-1", "2026-13-01"),
    ],
)
def test_what_cannot_be_pinned_to_is_refused_in_one_line(kind, about, week):
    with pytest.raises(BadInput) as refused:
        subject_of(kind, about, week)
    assert "\n" not in str(refused.value)


def test_a_note_nobody_pinned_cannot_be_taken_back(store):
    with pytest.raises(BadInput, match="there is no note"):
        withdraw_note(store, "nothing", "ada", AT)
