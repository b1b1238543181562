"""Ask the log: a question about what the desk did, answered with the events the answer rests on.

``?q=…`` opens one that was asked before.
"""

from __future__ import annotations

import streamlit as st

from core.errors import CouncilError
from pages.ui import ask_data, data, ops_data
from pages.ui.ask_cards import answer_card, cited_card, looks_card, progress_card, question_head
from pages.ui.ask_form import asked_for, history_card, question_card
from pages.ui.components import heading, problem
from pages.ui.places import link
from pages.ui.visitor import may_steer

QUICK_S = 1.0  # between two looks while a question is being answered

state = data.now()
heading(
    "Ask the log",
    "What the desk did and why, from its own events; every answer names those it rests on.",
)
if data.desk(state) is None:
    st.info(
        "Run `cli.py demo` or `cli.py init`, then `cli.py up`: questions are answered by the scheduler.",
        title="There is no log to ask yet",
    )
    st.stop()

chosen = asked_for()
inquiry = ask_data.inquiry(state, chosen) if chosen else None
main, side = st.columns([3, 1])
with side:
    with st.container(border=True):
        history_card(ask_data.history(state), chosen)
    if inquiry is not None and inquiry.said is not None and inquiry.said.answer is not None:
        looks_card(inquiry.said.answer.looks)
if may_steer():
    with main, st.container(border=True):
        question_card(rules=ops_data.policy(state).profile.chairman.is_rules)


@st.fragment(run_every=QUICK_S)
def watched(conversation_id: str) -> None:
    """How far it is, looked at again and again; what it came to is drawn by the page itself."""
    try:
        newest = ask_data.inquiry(data.now(), conversation_id)
    except CouncilError as error:
        problem(error)
        return
    if not newest.open or newest.answered:
        st.rerun()
    progress_card(newest, ops_data.leader(data.now()))


with main:
    if inquiry is not None and chosen is not None:
        if inquiry.empty:
            st.info("This log knows no such question: choose one of the list, or ask it above.")
            link("ask", "A new question")
            st.stop()
        question_head(inquiry)
        if inquiry.open and not inquiry.answered:
            watched(chosen)
        else:
            progress_card(inquiry, None)
        if inquiry.said is not None and inquiry.said.answer is not None:
            answer_card(inquiry.said.answer)
            cited_card(inquiry.said.answer.cites)
