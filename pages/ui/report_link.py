"""The way to a week's report, which prints, for those who may read everything."""

from __future__ import annotations

import streamlit as st

from core.types import WeekId
from pages.ui.visitor import visitor


def report_link(week_id: WeekId) -> None:
    """Opens beside the app; a guest's link opens one page, and this is another one."""
    if visitor().may_read:
        st.link_button(
            ":small[Report to print or send]", f"/report/{week_id}", icon=None, type="tertiary"
        )
