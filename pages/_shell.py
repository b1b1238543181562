"""The frame of every page: navigation, the banner that says what the numbers are, the small print."""

from __future__ import annotations

import streamlit as st

from core.errors import CouncilError
from pages.ui import data
from pages.ui.components import banner, footer, problem
from pages.ui.places import FRONT, PAGES, PLACES, offer

offer(PLACES)
chosen = st.navigation(
    [
        st.Page(
            place.path,
            title=place.title,
            url_path=None if place is FRONT else place.name,
            default=place is FRONT,
        )
        for place in PLACES
    ]
)
st.set_page_config(
    page_title=f"{chosen.title} · LLM Trading Council",
    page_icon=str(PAGES / "static" / "icon.png"),
    layout="wide",
)
st.logo(str(PAGES / "static" / "icon.png"), size="large")
try:
    facts = data.desk(data.now())
    banner(facts)
    footer(facts)
    chosen.run()
except CouncilError as error:
    problem(error)
