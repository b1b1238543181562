"""One trading cycle, step by step; ``?cycle=`` opens one, the newest without it."""

from __future__ import annotations

import streamlit as st

from core.commands import JobKind
from pages.ui import cycle_data, data
from pages.ui.components import heading
from pages.ui.cycle_cards import (
    absent_card,
    decision_card,
    figures,
    funnel_card,
    reasons_card,
    symbols_card,
)
from pages.ui.cycle_form import cycle_form
from pages.ui.cycle_heard_cards import headlines_card, setups_card
from pages.ui.cycle_picker import picked_cycle, unknown_cycle
from pages.ui.format import moment
from pages.ui.places import link
from pages.ui.safe import safe
from pages.ui.strategy_jobs_card import asked_jobs
from pages.ui.visitor import may_steer

ABOUT = "Discovered equities through four agents: analyst, risk, validator, meta decision."
CYCLES = (JobKind.CYCLE,)

state = data.now()
lines = cycle_data.newest(state)
if not lines:
    heading("Trading cycle", ABOUT)
    st.info(
        "A cycle runs at 11:00 and 14:30 New York on sessions while its strategy is on, when a symbol "
        "moves far, or on demand: `.venv/bin/python cli.py cycle run` is a dry run.",
        title="No cycle has run yet",
    )
    if may_steer():
        with st.container(border=True):
            cycle_form()
            asked_jobs(CYCLES)
    st.stop()

title, picker = st.columns([3, 2], vertical_alignment="bottom")
with picker:
    chosen = picked_cycle(lines)
cycle = cycle_data.one(state, chosen) if chosen else None
if cycle is None:
    unknown_cycle(chosen or "")
    link("cycle", "Open the newest cycle", cycle=lines[0].cycle_id)
    st.stop()
line, heard = cycle.line, cycle_data.heard(state, cycle.line.cycle_id)
kind = "sends its orders" if line.execute else "a dry run: it sends nothing and touches no account"
with title:
    heading("Trading cycle", f"{moment(line.as_of)}, {line.trigger}; {kind} · {safe(line.status)}")

figures(cycle)
left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    funnel_card(cycle)
with right.container(border=True, height="stretch"):
    decision_card(cycle)
with st.container(border=True):
    symbols_card(cycle)
left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    reasons_card(cycle)
with right.container(border=True, height="stretch"):
    setups_card(cycle, heard)
with st.container(border=True):
    headlines_card(cycle, heard)
absent_card(cycle)
if may_steer():
    with st.container(border=True):
        cycle_form()
        asked_jobs(CYCLES)
