"""Council lab: does the council add value, or would a plain vote on the same pitches do?"""

from __future__ import annotations

import streamlit as st

from core.rules.contamination import Knowledge
from pages.ui import data, lab_data, lab_review_data
from pages.ui.components import empty_desk, heading
from pages.ui.format import week
from pages.ui.lab_conviction_cards import conviction_cards
from pages.ui.lab_knowledge_cards import contamination_note, knowledge_card
from pages.ui.lab_line_cards import line_cards
from pages.ui.lab_reviewer_cards import reviewer_cards
from pages.ui.lab_verdict_cards import verdict_cards
from pages.ui.lab_words import seat_name, tenure_name
from pages.ui.safe import safe

CAPTION = "Does the council add value? Shadow accounts on the recorded pitches, at no model's cost."
VIEWS = ("verdict", "lines", "reviewers", "convictions", "knowledge")

state = data.now()
labels, heads = data.labels(state), lab_data.heads(state)
if not heads:
    heading("Council lab", CAPTION)
    if labels:
        st.info(
            "The lab counts a week once the next one has begun: run two weeks with "
            "`cli.py run_weekly`, or look at `cli.py demo`.",
            title="No week is over yet",
        )
    else:
        empty_desk()
    st.stop()

names = [tenure_name(one.tenure) for one in heads]
chosen = names[0]
if len(heads) > 1:
    chosen = st.selectbox(
        "Record of the council, by chairman's model", names, key="record", bind="query-params"
    )
place = names.index(chosen)
head = heads[place]
heading(
    "Council lab",
    f"{len(head.weeks)} finished weeks, {week(head.weeks[0])} to {week(head.weeks[-1])} · shadow accounts "
    "on the recorded pitches and prices, at no model's cost",
)

views, switch = st.columns([3, 2], vertical_alignment="center")
view = views.segmented_control(
    "View",
    VIEWS,
    default=VIEWS[0],
    required=True,
    key="view",
    bind="query-params",
    label_visibility="collapsed",
)
unclean = sum(one is not Knowledge.CLEAN for one in head.states)
clean = switch.toggle(
    f"Leave out weeks a model may have known ({unclean} of {len(head.weeks)})",
    key="clean",
    bind="query-params",
)
weeks, counted = head.kept(clean=clean), lab_data.Counted(place, clean)
contamination_note(head, lab_data.witnesses(state), clean=clean)
for account, tenure in head.changes:
    st.caption(
        f"{safe(seat_name(account, labels))}: {safe(tenure.model)} since {week(tenure.since)}."
    )
if not weeks:
    st.info("Some model may have known every week of this record: nothing is left to judge by.")
elif view == "lines":
    line_cards(state, counted, labels)
elif view == "reviewers":
    reviewer_cards(
        lab_review_data.reviewers(state, weeks), lab_review_data.guesses(state, weeks), labels
    )
elif view == "convictions":
    conviction_cards(
        lab_review_data.calibrations(state, weeks), lab_review_data.drifts(state, weeks), labels
    )
elif view == "verdict":
    verdict_cards(state, counted)
if view == "knowledge":
    with st.container(border=True):
        knowledge_card(head, lab_data.witnesses(state), labels)
