"""The frame of every page: navigation, the banner that says what the numbers are, the small print."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import CouncilError
from pages.ui import data
from pages.ui.components import banner, footer, problem

PAGES = Path(__file__).resolve().parent

chosen = st.navigation(
    [
        st.Page(PAGES / "overview.py", title="Overview", default=True),
        st.Page(PAGES / "week.py", title="Week", url_path="week"),
        st.Page(PAGES / "operations.py", title="Operations", url_path="operations"),
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
