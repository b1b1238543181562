"""Council chat: any question, answered by every seat, ranked without names, concluded by a chairman."""

from __future__ import annotations

import streamlit as st

from core.desk.questions import members
from core.errors import CouncilError
from pages.ui import chat_data, data, ops_data
from pages.ui.chat_ask import asked_for, history_card, question_card
from pages.ui.chat_cards import answers_card, rankings_card, synthesis_card
from pages.ui.chat_progress import progress_card, question_head
from pages.ui.components import heading, problem
from pages.ui.places import link
from pages.ui.visitor import may_steer

QUICK_S = 1.0  # between two looks while a question is being answered

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

chosen = asked_for()
talk = chat_data.talk(state, chosen) if chosen else None
main, side = st.columns([3, 1])
with side, st.container(border=True):
    history_card(chat_data.history(state), chosen)
if may_steer():
    with main, st.container(border=True):
        question_card(members(ops_data.policy(state)))


@st.fragment(run_every=QUICK_S)
def watched(conversation_id: str) -> None:
    """How far it is, looked at again and again; what it came to is drawn by the page itself."""
    try:
        newest = chat_data.talk(data.now(), conversation_id)
    except CouncilError as error:
        problem(error)
        return
    if talk is None or newest.stage != talk.stage:
        st.rerun()
    progress_card(newest, ops_data.leader(data.now()))


with main:
    if talk is not None and chosen is not None:
        if talk.empty:
            st.info("This desk knows no such question: choose one of the list, or ask it above.")
            link("chat", "A new question")
            st.stop()
        question_head(talk)
        if talk.open:
            watched(chosen)
        else:
            progress_card(talk, None)
        if talk.said is not None:
            synthesis_card(talk.said)
            rankings_card(talk.said)
            answers_card(talk.said)
