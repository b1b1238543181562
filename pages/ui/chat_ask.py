"""Asking the council: the field for a question, asking the same again, and what was asked before."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from core.commands import RunJob
from core.desk.questions import asking, asking_again
from core.job_kinds import LONGEST_QUESTION
from core.profile import RULES_VENDOR
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.components import card_title
from pages.ui.format import short_moment
from pages.ui.places import link
from pages.ui.safe import clipped, safe
from storage.event_store import SqlEventStore
from storage.jobs import enqueue, is_known
from storage.queries.conversations import ConversationLine

PARAMETER, CARD, FIELD = "conversation", "question", "question text"
IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TITLE = 70


def asked_for() -> str | None:
    """The conversation the address names; None for none, or for what is no id."""
    named = st.query_params.get(PARAMETER, "")
    return named if IDENTITY.fullmatch(named) else None


def question_card(models: Sequence[str]) -> None:
    """Where a question is written; ``models`` answer it."""
    names = ", ".join(safe(model) for model in models)
    card_title("Ask the council", f"asked: {names}")
    if all(model.startswith(f"{RULES_VENDOR}/") for model in models):
        st.markdown(
            ":orange-badge[rules] These seats are deterministic strategies: they will say that they "
            "answer no free questions. A profile with language models answers."
        )
    st.text_area(
        "Question",
        max_chars=LONGEST_QUESTION,
        placeholder="What would have to happen for gold to fall this month?",
        key=FIELD,
        label_visibility="collapsed",
    )
    st.button("Ask", type="primary", on_click=_ask, args=(tuple(models),))
    answered(CARD)


def _ask(models: tuple[str, ...]) -> None:
    """What was asked in these very words is opened instead of asked again."""
    question = typed(FIELD)

    def do(store: SqlEventStore) -> str:
        wanted = asking(question, models)
        known = is_known(store, wanted)
        if not known:
            enqueue(store, wanted, by(), CLOCK)
        st.query_params[PARAMETER] = wanted.conversation_id
        return (
            "This was asked before: here is what was said, `Ask again` asks once more."
            if known
            else "Asked: the scheduler takes it up."
        )

    command(CARD, do, FIELD)


def ask_again(question: str, models: tuple[str, ...]) -> None:
    """The same question to the same models, as a conversation of its own."""

    def do(store: SqlEventStore) -> str:
        wanted = asking_again(store, question, models)
        enqueue(store, wanted, by(), CLOCK)
        st.query_params[PARAMETER] = wanted.conversation_id
        return f"Asked for time {wanted.sequence}: the scheduler takes it up."

    command(CARD, do)


def go_on(wanted: RunJob) -> None:
    """A question that failed or was stopped, under its own id."""

    def do(store: SqlEventStore) -> str:
        enqueue(store, wanted, by(), CLOCK)
        return "Asked: the scheduler goes on with it."

    command(CARD, do)


def history_card(lines: Sequence[ConversationLine], chosen: str | None) -> None:
    """The newest questions; the one that is open stands out."""
    card_title("Asked before", "newest first, New York time")
    if not lines:
        st.markdown(":gray[Nobody has asked anything yet.]")
    for line in lines:
        short = safe(clipped(" ".join(line.question.split()), TITLE))
        state = "" if line.concluded else " · failed" if line.failed else " · not concluded"
        label = f"**{short}**" if line.conversation_id == chosen else short
        link(
            "chat",
            f"{label}  \n:gray[:small[{short_moment(line.asked_at)}{state}]]",
            conversation=line.conversation_id,
        )
