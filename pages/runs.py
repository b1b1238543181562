"""Runs of a week: any two beside each other, a rerun from any stage, what is under way, what waits."""

from __future__ import annotations

import streamlit as st

from core.errors import CouncilError
from pages.ui import data, ops_data, runs_data
from pages.ui.approval_card import approval_card, is_topical
from pages.ui.comparison import comparison
from pages.ui.components import empty_desk, heading, problem
from pages.ui.format import moment, week
from pages.ui.job_form import rerun_form
from pages.ui.run_names import counted
from pages.ui.visitor import may_steer
from pages.ui.week_picker import picked_week, unknown_week
from pages.ui.week_work import newest, open_when_done, work_card

QUICK_S, SLOW_S = 1.0, 15.0  # between two looks, while a job is open and while none is

state = data.now()
weeks = data.week_ids(state)
if not weeks:
    heading("Runs", "Any two runs of a week beside each other, and reruns under other settings.")
    empty_desk()
    st.stop()

title, picker = st.columns([3, 1], vertical_alignment="bottom")
with picker:
    shown = picked_week(weeks)
runs = runs_data.runs(state, shown) if shown else ()
if shown is None or not runs:
    unknown_week(weeks)
    st.stop()
official, labels = runs[0], data.labels(state)
with title:
    heading(
        f"Runs of {week(shown)}",
        f"{counted(len(runs) - 1)}, as of {moment(official.as_of)}; a what-if never trades.",
    )

open_when_done(shown, official.run_id)
work, first = runs_data.work(state, shown), [state]


@st.fragment(run_every=QUICK_S if work.open else SLOW_S)
def watched() -> None:
    """Progress; when something began or ended, the whole page is drawn anew."""
    try:
        seen = work if first else newest(official.week_id)
        first.clear()
        if (len(seen.open), seen.ended) != (len(work.open), work.ended):
            st.rerun()
        work_card(seen, official.run_id, ops_data.leader(data.now()))
    except CouncilError as error:
        problem(error)


left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    watched()
if may_steer():
    with right.container(border=True, height="stretch"):
        rerun_form(shown, ops_data.policy(state))

proposal = runs_data.proposal(state, shown)
if proposal is not None and is_topical(proposal, ops_data.now()):
    with st.container(border=True):
        approval_card(proposal, labels)

comparison(state, runs, labels)
