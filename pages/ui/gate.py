"""The entrance of whoever may not open the front page, and the line on who looks."""

from __future__ import annotations

import streamlit as st

from core.access import Role, Visitor
from pages.ui.components import heading
from pages.ui.places import PLACES
from pages.ui.safe import safe
from pages.ui.visitor import visitor


def entrance() -> None:
    """A guest is led to the granted page; a stranger sees this one alone."""
    who = visitor()
    for grant in who.grants:
        place = next(one for one in PLACES if one.name == grant.page)
        st.switch_page(place.path, query_params={"week": str(grant.week_id)})
    heading("LLM Trading Council", "This desk is not open to everybody.")
    st.info(safe(who.why or "Log in to see it."))


def signed(who: Visitor) -> None:
    """The sidebar's line on who looks, unless it is the operator."""
    if who.role is not Role.OPERATOR:
        st.sidebar.caption(f"You read as {safe(who.name)}.")
