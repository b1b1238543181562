"""The frame of every page: who looks, the places open to them, the banner, the small print."""

from __future__ import annotations

import streamlit as st

from core.errors import CouncilError
from pages.http.store import open_reader
from pages.ui import data
from pages.ui.components import banner, footer, problem
from pages.ui.gate import signed
from pages.ui.menu import closed, entry
from pages.ui.places import PAGES, PLACES, offer, open_to
from pages.ui.visitor import visitor

who = visitor()
places = open_to(who)
offer(places)
# A place that is not open has its address all the same: it leads to the entrance.
menu = [entry(place) if place in places else closed(place) for place in PLACES]
chosen = st.navigation(menu, position="sidebar" if who.may_read else "hidden", expanded=True)
st.set_page_config(
    page_title=f"{chosen.title} · LLM Trading Council",
    page_icon=str(PAGES / "static" / "icon.png"),
    layout="wide",
)
st.logo(str(PAGES / "static" / "icon.png"), size="large")
try:
    with open_reader().held():
        if places:
            facts = data.desk(data.now())
            banner(facts)
            footer(facts)
            signed(who)
        chosen.run()
except CouncilError as error:
    problem(error)
