"""Launches the web app: pages and HTTP routes on one port; `cli.py up` or `streamlit run` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.http.headers import middleware
from pages.http.routes import routes
from pages.ui.start import start_guard
from pages.ui.warmth import lifespan

app = st.App(
    Path(__file__).resolve().parent / "pages" / "_shell.py",
    routes=routes(),
    middleware=[*start_guard(), *middleware()],
    lifespan=lifespan,
)
