"""The desk's strategies; ``?strategy=equity_cycle`` opens one: course, switch, capital, limits."""

from __future__ import annotations

import streamlit as st

from pages.ui import data, strategies_data
from pages.ui.addressed import switched
from pages.ui.capital_card import capital_card
from pages.ui.components import empty_desk, heading
from pages.ui.safe import clipped, safe
from pages.ui.strategies_cards import course_card, every_card, figures, limits_card
from pages.ui.strategy_switch_card import strategy_switch_card

ABOUT = "Each trades its own accounts, within its own limits, and is switched on and off by itself."

state = data.now()
heading("Strategies", ABOUT)
if data.desk(state) is None:
    empty_desk()
    st.stop()

lines = {line.name: line for line in strategies_data.lines(state)}
specs = {spec.name: spec for spec in strategies_data.specs(state)}
with st.container(border=True):
    every_card(list(lines.values()))
asked = st.query_params.get("strategy", next(iter(lines)))
if asked not in lines:
    st.info(f"This desk has no strategy {safe(clipped(asked, 40))}: it shows the first.")
chosen = switched(
    "Strategy", "strategy", list(lines), next(iter(lines)), lambda name: safe(lines[name].title)
)
line, spec = lines[chosen], specs[chosen]
figures(line)
with st.container(border=True):
    course_card(line, strategies_data.lines_of_course(state, chosen))
left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    strategy_switch_card(line, spec, strategies_data.said(state, chosen))
with right.container(border=True, height="stretch"):
    capital_card(line, spec, strategies_data.entries(state, chosen))
if spec.pipeline == "cycle":
    with st.container(border=True):
        limits_card(spec)
