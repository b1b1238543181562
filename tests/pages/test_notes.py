"""Notes on the pages: pinned by operators, read by whoever may read, never by a guest."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Grant, Role, Visitor
from core.clock import SystemClock
from pages.ui import notes
from storage.notes import add_note, subject_of
from storage.projections.notes import NOTES
from storage.queries import StoreReader
from storage.queries.notes import week_notes
from tests.fakes.stored_weeks import open_desk, write_week
from tests.fakes.week import WEEK
from tests.pages.conftest import HOSTILE, said

CLOCK = SystemClock()
CARD = f"""
from pages.ui.notes import notes_on
from storage.notes import subject_of

notes_on(subject_of("week", "{WEEK}"))
"""


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    write_week(store_at)
    return store_at


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    app = button.click().run()
    assert not app.exception, [one.message for one in app.exception]
    return app


def pinned(store):
    return [row.payload["subject"] for row in store.read_all(types=["NoteAdded"])]


def test_a_note_is_pinned_to_a_pitch_and_taken_back(show, desk):
    app = show("week", week=WEEK)
    assert "Nobody has pinned a note here" in said(app)
    app = press(app, "Pin it")
    assert "the note is empty" in app.error[0].value
    offered = next(one for one in app.selectbox if one.label == "About")
    offered.select("pitch of GPT-5.1: LONG SPY")
    next(one for one in app.text_area if one.label == "Note").input("payrolls were early")
    app = press(app, "Pin it")
    assert "payrolls were early" in said(app)
    assert pinned(desk)[0]["kind"] == "pitch"
    assert pinned(desk)[0]["week_id"] == WEEK
    app = press(app, "Take back")
    assert "payrolls were early" not in said(app)


def test_the_audit_page_shows_the_weeks_notes_beside_its_event(show, desk):
    add_note(desk, subject_of("week", WEEK), "look at this week", "ada", CLOCK)
    event = next(row for row in desk.read_all() if row.type == "PitchesCollected")
    app = show("audit", event=event.event_id)
    assert "look at this week" in said(app)
    offered = next(one for one in app.selectbox if one.label == "About")
    assert "pitch of acct\\_1" in offered.options


def test_markup_in_a_note_and_in_a_name_stays_text(show, desk):
    add_note(desk, subject_of("week", WEEK), HOSTILE, HOSTILE, CLOCK)
    words = said(show("week", week=WEEK))
    assert "![x]" not in words
    assert "evil\\.example" in words


@pytest.mark.parametrize(
    ("who", "sees", "writes"),
    [
        (Visitor(Role.OPERATOR, "ada"), True, True),
        (Visitor(Role.VIEWER, "bob"), True, False),
        (Visitor(Role.GUEST, "a link", (Grant("week", WEEK),)), False, False),
    ],
)
def test_a_viewer_reads_notes_and_a_guest_sees_none(desk, monkeypatch, who, *, sees, writes):
    add_note(desk, subject_of("week", WEEK), "between us", "ada", CLOCK)
    monkeypatch.setattr(notes, "visitor", lambda: who)
    monkeypatch.setattr(notes, "may_steer", lambda: who.may_steer)
    app = AppTest.from_string(CARD, default_timeout=30).run()
    assert ("between us" in said(app)) is sees
    assert bool([one for one in app.button if one.label == "Pin it"]) is writes


def test_notes_are_rebuilt_from_the_log_alone(desk, tmp_path):
    add_note(desk, subject_of("week", WEEK), "kept", "ada", CLOCK)
    reader = StoreReader(desk.engine)
    before = week_notes(reader, WEEK)
    desk.rebuild([NOTES])
    assert week_notes(reader, WEEK) == before
    assert [line.text for line in before] == ["kept"]
