"""Launches the web app: pages and HTTP routes on one port; `cli.py up` or `streamlit run` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.http import health, metrics
from pages.http.api.routes import routes as api
from pages.http.headers import middleware
from pages.http.warm_up import lifespan

app = st.App(
    Path(__file__).resolve().parent / "pages" / "_shell.py",
    routes=[*health.routes(), *metrics.routes(), *api()],
    middleware=middleware(),
    lifespan=lifespan,
)
