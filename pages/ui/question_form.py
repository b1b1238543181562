"""Asking somebody: the field for a question, asking the same again, and what was asked before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.commands import RunJob
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.components import card_title
from pages.ui.format import short_moment
from pages.ui.places import link
from pages.ui.question_data import PastQuestion
from pages.ui.safe import clipped, safe
from storage.event_store import SqlEventStore
from storage.jobs import enqueue, is_known

IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a page puts its questions to: where it stands, and its own words.

    ``parameter`` names the question in the address; ``listed`` is how many letters of one the
    history shows; ``known`` is said of one that was asked before, ``none_yet`` of an empty history.
    """

    place: str
    parameter: str
    card: str
    longest: int
    listed: int
    example: str
    known: str
    none_yet: str

    @property
    def field(self) -> str:
        return f"{self.card} text"


def asked_for(of: Addressee) -> str | None:
    """The question the address names; None for none, or for what is no id."""
    named = st.query_params.get(of.parameter, "")
    return named if IDENTITY.fullmatch(named) else None


def question_field(to: Addressee, wanted: Callable[[str], RunJob]) -> None:
    """Where a question is written; ``wanted`` makes the command of its words."""
    st.text_area(
        "Question",
        max_chars=to.longest,
        placeholder=to.example,
        key=to.field,
        label_visibility="collapsed",
        height=80,
    )
    st.button("Ask", type="primary", on_click=_ask, args=(to, wanted))
    answered(to.card)


def _ask(to: Addressee, wanted: Callable[[str], RunJob]) -> None:
    """What was asked in these very words is opened instead of asked again."""
    question = typed(to.field)

    def do(store: SqlEventStore) -> str:
        asked = wanted(question)
        known = is_known(store, asked)
        if not known:
            enqueue(store, asked, by(), CLOCK)
        st.query_params[to.parameter] = asked.conversation_id
        return to.known if known else "Asked: the scheduler takes it up."

    command(to.card, do, to.field)


def ask_again(to: Addressee, wanted: Callable[[SqlEventStore], RunJob]) -> None:
    """The same question once more, as a conversation of its own."""

    def do(store: SqlEventStore) -> str:
        asked = wanted(store)
        enqueue(store, asked, by(), CLOCK)
        st.query_params[to.parameter] = asked.conversation_id
        return f"Asked for time {asked.sequence}: the scheduler takes it up."

    command(to.card, do)


def go_on(to: Addressee, wanted: RunJob) -> None:
    """A question that failed or was stopped, under its own id."""

    def do(store: SqlEventStore) -> str:
        enqueue(store, wanted, by(), CLOCK)
        return "Asked: the scheduler goes on with it."

    command(to.card, do)


def history_card(of: Addressee, lines: Sequence[PastQuestion], chosen: str | None) -> None:
    """The newest questions; the one that is open stands out."""
    card_title("Asked before", "newest first, New York time")
    if not lines:
        st.markdown(f":gray[{of.none_yet}]")
    for line in lines:
        short = safe(clipped(" ".join(line.question.split()), of.listed))
        label = f"**{short}**" if line.conversation_id == chosen else short
        state = f" · {line.state}" if line.state else ""
        link(
            of.place,
            f"{label}  \n:gray[:small[{short_moment(line.asked_at)}{state}]]",
            **{of.parameter: line.conversation_id},
        )
