"""Conviction between two Wednesdays; ``?week=2026-11-18&account=acct_5`` opens one account's path."""

from __future__ import annotations

import streamlit as st

from pages.ui import conviction_data, data
from pages.ui.account_picker import picked_account, unknown_account
from pages.ui.components import empty_desk, heading
from pages.ui.conviction_cards import checkpoints_card, every_account, figures, path_card
from pages.ui.effect_card import council_effect, effect_card
from pages.ui.format import week
from pages.ui.places import link
from pages.ui.visitor import visitor
from pages.ui.week_picker import picked_week, unknown_week

state = data.now()
weeks, labels = data.week_ids(state), data.labels(state)
if not weeks:
    heading(
        "Conviction", "How far each account believed in its trade, from one Wednesday to the next."
    )
    empty_desk()
    st.stop()

title, picker = st.columns([3, 1], vertical_alignment="bottom")
with picker:
    chosen = picked_week(weeks)
summary = data.summary(state, chosen) if chosen else None
if summary is None:
    unknown_week(weeks)
    st.stop()
seen = conviction_data.week_conviction(state, summary.week_id, summary.as_of)
with title:
    heading(
        "Conviction",
        f"Week of {week(summary.week_id)}: what every checkpoint made of what was frozen on Wednesday",
    )
if seen.path.empty:
    st.info(
        "No account has a target for this week yet: paths begin when the risk stage of its run is "
        "done, and move at each checkpoint."
    )
    link("week", "Read the week", week=summary.week_id)
    st.stop()

whole = visitor().may_read
effects = conviction_data.effects(state)
brought = council_effect(effects, labels, summary.week_id)
figures(summary.week_id, seen.counts, brought, whole=whole)
with st.container(border=True):
    account = picked_account(labels)
    if account is None:
        unknown_account(labels)
    else:
        path_card(state, summary, account, labels)

st.header("Every account", anchor="accounts")
every_account(state, summary, labels)
with st.container(border=True):
    checkpoints_card(seen, labels, summary.week_id)
with st.container(border=True):
    effect_card(state, labels, summary.week_id, account if whole else None)
