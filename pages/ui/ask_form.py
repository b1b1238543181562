"""Asking the log: the field for a question, asking the same again, and what was asked before."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from core.commands import RunJob
from core.desk.log_questions import asking_log, asking_log_again
from core.job_kinds import LONGEST_LOG_QUESTION
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.components import card_title
from pages.ui.format import short_moment
from pages.ui.places import link
from pages.ui.safe import clipped, safe
from storage.event_store import SqlEventStore
from storage.jobs import enqueue, is_known
from storage.queries.log_questions import LogQuestionLine

PARAMETER, CARD, FIELD = "q", "log question", "log question text"
IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TITLE = 24


def asked_for() -> str | None:
    """The question the address names; None for none, or for what is no id."""
    named = st.query_params.get(PARAMETER, "")
    return named if IDENTITY.fullmatch(named) else None


def question_card(*, rules: bool) -> None:
    """Where a question is written; ``rules`` when no language model sits here to read it."""
    card_title("Ask", "name a symbol, a month or a day, and what was done: sold, refused, halted")
    if rules:
        st.markdown(
            ":gray-badge[rules] This profile has no language model: a plain search answers, with the "
            "events it finds."
        )
    st.text_area(
        "Question",
        max_chars=LONGEST_LOG_QUESTION,
        placeholder="Why did we sell GLD in March?",
        key=FIELD,
        label_visibility="collapsed",
        height=80,
    )
    st.button("Ask", type="primary", on_click=_ask)
    answered(CARD)


def _ask() -> None:
    """What was asked in these very words is opened instead of asked again."""
    question = typed(FIELD)

    def do(store: SqlEventStore) -> str:
        wanted = asking_log(question)
        known = is_known(store, wanted)
        if not known:
            enqueue(store, wanted, by(), CLOCK)
        st.query_params[PARAMETER] = wanted.conversation_id
        return (
            "This was asked before: here is the answer, `Ask again` reads the log as it is now."
            if known
            else "Asked: the scheduler takes it up."
        )

    command(CARD, do, FIELD)


def ask_again(question: str) -> None:
    """The same question over the log as it is now, as a conversation of its own."""

    def do(store: SqlEventStore) -> str:
        wanted = asking_log_again(store, question)
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


def history_card(lines: Sequence[LogQuestionLine], chosen: str | None) -> None:
    """The newest questions; the one that is open stands out."""
    card_title("Asked before", "newest first, New York time")
    if not lines:
        st.markdown(":gray[Nobody has asked the log anything yet.]")
    for line in lines:
        short = safe(clipped(" ".join(line.question.split()), TITLE))
        state = "" if line.answered else " · not answered"
        label = f"**{short}**" if line.conversation_id == chosen else short
        link(
            "ask",
            f"{label}  \n:gray[:small[{short_moment(line.asked_at)}{state}]]",
            q=line.conversation_id,
        )
