"""One week, from research to result; ``?week=2026-11-18`` opens it."""

from __future__ import annotations

import streamlit as st

from pages.ui import data, ops_data, week_data
from pages.ui.calls_card import calls_card
from pages.ui.components import empty_desk, heading
from pages.ui.format import week
from pages.ui.notes import week_notes_card
from pages.ui.pitch_cards import pitch_cards
from pages.ui.postmortem_short import postmortem_short
from pages.ui.research_cards import research_cards, snapshot_card
from pages.ui.review_cards import review_cards
from pages.ui.risk_card import risk_card
from pages.ui.timeline_card import timeline_card
from pages.ui.trading_cards import checkpoints_card, orders_card
from pages.ui.week_cards import decision_cards
from pages.ui.week_condition import answers_card, neighbours, subtitle, went_wrong, what_next
from pages.ui.week_picker import picked_week, unknown_week

state = data.now()
weeks = data.week_ids(state)
if not weeks:
    heading("Week", "Research, pitches, review, decision and trades of one week.")
    empty_desk()
    st.stop()

title, picker = st.columns([3, 1], vertical_alignment="bottom")
with picker:
    chosen = picked_week(weeks)
board = week_data.board(state, chosen) if chosen else None
if board is None:
    unknown_week(weeks)
    st.stop()
detail, labels, facts = board.detail, data.labels(state), data.desk(state)
week_id = detail.summary.week_id
with title:
    heading(f"Week of {week(week_id)}", subtitle(board))
neighbours(weeks, week_id)

ahead = ops_data.coming(state, ops_data.now()) if week_id == weeks[0] else ()
answers_card(board, what_next(board, facts, weeks[0], ahead), went_wrong(board, labels))
decision_cards(board)
if detail.postmortem is not None:
    postmortem_short(detail.postmortem)
with st.container(border=True):
    timeline_card(state, board.timeline, detail, labels)

st.header("Pitches", anchor="pitches")
pitch_cards(state, detail, labels)

st.header("Peer review", anchor="review")
review_cards(state, board, labels)

st.header("Research and snapshot", anchor="research")
research_cards(board)
snapshot_card(board)

st.header("Risk, orders and checkpoints", anchor="trading")
risk_card(board, labels)
orders_card(detail, labels)
checkpoints_card(detail, labels)

st.header("Calls and cost", anchor="calls")
calls_card(data.costs(state, week_id))
week_notes_card(detail, labels)
