"""Notes people pin to a week, a pitch or an order: for whoever may read, written by operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from core.desk.notes import NOTES_STREAM
from core.schemas.note import MAX_NOTE, NoteKind, NoteSubject
from core.types import AccountId, WeekId
from pages.ui import data, notes_data
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.format import moment, trade
from pages.ui.safe import clipped, safe
from pages.ui.visitor import may_steer, visitor
from storage.event_store import SqlEventStore
from storage.notes import add_note, withdraw_note
from storage.queries import AccountLabel, WeekDetail
from storage.queries.notes import NoteLine

CARD = "notes"
Subjects = Mapping[str, NoteSubject]
"""What may be pinned to, by the words it is offered under."""


def notes_on(subject: NoteSubject) -> None:
    """The notes on one subject, and a field for another."""
    if visitor().may_read:
        lines = notes_data.about(data.now(), subject)
        _card(f"on this {subject.kind}", lines, {f"this {subject.kind}": subject})


def notes_in_week(week_id: WeekId, offered: Subjects) -> None:
    """Every note on the week, its pitches and its orders; a guest sees none: they are the desk's own."""
    if visitor().may_read:
        lines = notes_data.of_week(data.now(), week_id)
        _card("on this week, its pitches and its orders", lines, offered)


def week_notes_card(detail: WeekDetail, labels: Mapping[AccountId, AccountLabel]) -> None:
    """For the week's page: whatever it shows may be pinned to."""
    notes_in_week(detail.summary.week_id, subjects_of(detail, labels))


def subjects_of(detail: WeekDetail, labels: Mapping[AccountId, AccountLabel]) -> Subjects:
    """The week, then each pitch, then each order, by what they are called on the page."""
    week_id = detail.summary.week_id

    def name(account: AccountId) -> str:
        return labels[account].name if account in labels else account

    offered = {"this week": NoteSubject(kind=NoteKind.WEEK, about=week_id, week_id=week_id)}
    for pitch in detail.pitches:
        words = f"pitch of {name(pitch.account_id)}: {trade(pitch.instrument, pitch.direction)}"
        offered[words] = NoteSubject(kind=NoteKind.PITCH, about=pitch.idea_id, week_id=week_id)
    for place, order in enumerate(detail.orders, 1):
        what = f"{order.side.lower()} {order.quantity.normalize():f} {order.symbol}"
        subject = NoteSubject(kind=NoteKind.ORDER, about=order.client_order_id, week_id=week_id)
        offered[f"order {place}, {name(order.account_id)}: {what}"] = subject
    return offered


def _card(where: str, lines: Sequence[NoteLine], offered: Subjects) -> None:
    with st.container(border=True):
        card_head("Notes", f"of people, {where}; they change nothing", stream=NOTES_STREAM)
        names = {(one.kind, one.about): words for words, one in offered.items()}
        for line in lines:
            _note(line, names.get((line.kind, line.about), f"{line.kind} {line.about}"))
        if not lines:
            st.markdown(":gray[Nobody has pinned a note here.]")
        answered(CARD)
        if may_steer():
            _form(offered)


def _note(line: NoteLine, about: str) -> None:
    words, button = st.columns([6, 1], vertical_alignment="center")
    words.markdown(
        f"{safe(line.text)}  \n:gray[:small[{safe(clipped(line.by, 80))} on {safe(about)}, "
        f"{moment(line.added_at)}]]"
    )
    if may_steer():
        button.button(
            "Take back", key=f"take back {line.note_id}", on_click=partial(_withdraw, line.note_id)
        )


def _form(offered: Subjects) -> None:
    """Keys carry the subject: what was written on one week is not offered for another."""
    first = next(iter(offered.values()))
    text, choice = f"note {first.kind} {first.about}", f"note about {first.kind} {first.about}"
    with st.popover("Pin a note"):
        if len(offered) > 1:
            st.selectbox("About", list(offered), key=choice, format_func=safe)
        st.text_area("Note", max_chars=MAX_NOTE, key=text)
        st.button("Pin it", key=f"pin {first.about}", on_click=partial(_add, offered, choice, text))


def _add(offered: Subjects, choice: str, text: str) -> None:
    subject = offered.get(st.session_state.get(choice, ""), next(iter(offered.values())))

    def do(store: SqlEventStore) -> str:
        note = add_note(store, subject, typed(text), by(), CLOCK)
        return f"Pinned to the {note.subject.kind}"

    command(CARD, do, text)


def _withdraw(note_id: str) -> None:
    def do(store: SqlEventStore) -> str:
        withdraw_note(store, note_id, by(), CLOCK)
        return "Taken back; what it said stays in the log"

    command(CARD, do)
