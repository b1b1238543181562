"""The way to a week's report, which prints, for those who may read everything."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.types import WeekId
from pages.http.store import open_reader
from pages.report.render import render_report
from pages.ui.visitor import routes_know, visitor

LABEL = ":small[Report to print or send]"


def report_link(week_id: WeekId) -> None:
    """Opens beside the app; a guest's link opens one page, and this is another one."""
    if not visitor().may_read:
        return
    if routes_know():
        st.link_button(LABEL, f"/report/{week_id}", icon=None, type="tertiary")
    else:  # logged in by an identity provider, which opens pages alone: the same file, as a download
        st.download_button(
            LABEL,
            partial(_report, week_id),
            file_name=f"week-{week_id}.html",
            mime="text/html",
            type="tertiary",
            on_click="ignore",
        )


def _report(week_id: WeekId) -> str:
    return render_report(open_reader(), week_id)
