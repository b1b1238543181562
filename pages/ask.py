"""Ask the log: a question about what the desk did, answered with the events the answer rests on.

``?q=…`` opens one that was asked before.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import ask_data, data, ops_data
from pages.ui.ask_cards import answer_card, cited_card, looks_card
from pages.ui.ask_form import LOG, asked_card, question_card
from pages.ui.components import heading
from pages.ui.places import link
from pages.ui.question_form import asked_for, history_card
from pages.ui.question_progress import progress
from pages.ui.visitor import may_steer

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

chosen = asked_for(LOG)
inquiry = ask_data.inquiry(state, chosen) if chosen else None
main, side = st.columns([3, 1])
with side:
    with st.container(border=True):
        history_card(LOG, ask_data.history(state), chosen)
    if inquiry is not None and inquiry.said is not None and inquiry.said.answer is not None:
        looks_card(inquiry.said.answer.looks)
if may_steer():
    with main, st.container(border=True):
        question_card(rules=ops_data.policy(state).profile.chairman.is_rules)

with main:
    if inquiry is not None and chosen is not None:
        if inquiry.empty:
            st.info("This log knows no such question: choose one of the list, or ask it above.")
            link("ask", "A new question")
            st.stop()
        asked_card(inquiry)
        progress(LOG, inquiry, ask_data.inquiry, chosen)
        if inquiry.said is not None and inquiry.said.answer is not None:
            answer_card(inquiry.said.answer)
            cited_card(inquiry.said.answer.cites)
