"""One week, from research to result; ``?week=2026-11-18`` opens it."""

from __future__ import annotations

import streamlit as st

from pages.ui import data
from pages.ui.calls_card import calls_card
from pages.ui.components import empty_desk, heading
from pages.ui.format import moment, week
from pages.ui.pitch_cards import pitch_cards
from pages.ui.research_cards import research_cards, snapshot_card
from pages.ui.review_cards import review_cards
from pages.ui.safe import safe
from pages.ui.trading_cards import conviction_card, orders_card, risk_card
from pages.ui.week_cards import decision_cards, postmortem_card, stage_line
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
detail = data.week(state, chosen) if chosen else None
if detail is None:
    unknown_week(weeks)
    st.stop()
summary, labels = detail.summary, data.labels(state)
with title:
    heading(
        f"Week of {week(summary.week_id)}",
        f"Run as of {moment(summary.as_of)} · profile {safe(summary.profile or 'unknown')} · "
        f"{summary.received} pitches · {'closed' if summary.closed else 'open'}",
    )
stage_line(summary)

decision_cards(detail)
if detail.postmortem is not None:
    postmortem_card(detail.postmortem, labels)

st.header("Pitches", anchor="pitches")
pitch_cards(detail, labels)

st.header("Peer review", anchor="review")
review_cards(detail, labels)

st.header("Research and snapshot", anchor="research")
research_cards(detail)
snapshot_card(detail.snapshot)

st.header("Risk, orders and checkpoints", anchor="trading")
risk_card(detail, labels)
orders_card(detail, labels)
conviction_card(detail, labels)

st.header("Calls and cost", anchor="calls")
calls_card(data.costs(state, summary.week_id))
