"""Council chat: any question, answered by every seat, ranked without names, concluded by a chairman."""

from __future__ import annotations

import streamlit as st

from core.desk.questions import members
from pages.ui import chat_data, data, ops_data
from pages.ui.chat_cards import answers_card, rankings_card, synthesis_card
from pages.ui.chat_form import COUNCIL, asked_card, question_card
from pages.ui.components import heading
from pages.ui.places import link
from pages.ui.question_form import asked_for, history_card
from pages.ui.question_progress import progress
from pages.ui.visitor import may_steer

state = data.now()
heading(
    "Council chat",
    "Every seat answers alone and ranks the others' answers without names; a chairman concludes.",
)
if data.desk(state) is None:
    st.info(
        "Run `cli.py demo` or `cli.py init`, then `cli.py up`: questions are answered by the scheduler.",
        title="There is no desk to ask yet",
    )
    st.stop()

chosen = asked_for(COUNCIL)
talk = chat_data.talk(state, chosen) if chosen else None
main, side = st.columns([3, 1])
with side, st.container(border=True):
    history_card(COUNCIL, chat_data.history(state), chosen)
if may_steer():
    with main, st.container(border=True):
        question_card(members(ops_data.policy(state)))

with main:
    if talk is not None and chosen is not None:
        if talk.empty:
            st.info("This desk knows no such question: choose one of the list, or ask it above.")
            link("chat", "A new question")
            st.stop()
        asked_card(talk)
        progress(COUNCIL, talk, chat_data.talk, chosen)
        if talk.said is not None:
            synthesis_card(talk.said)
            rankings_card(talk.said)
            answers_card(talk.said)
