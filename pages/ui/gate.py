"""The entrance of whoever may not open the front page, and the line on who looks."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from core.access import Role, Visitor
from pages.http.access import PUBLIC, SESSION_COOKIE, has_provider
from pages.http.keys import passwords
from pages.ui.components import heading
from pages.ui.places import PLACES
from pages.ui.safe import safe
from pages.ui.visitor import asked, logged_in, visitor, vouched_in_vain


def entrance() -> None:
    """A guest is led to the granted page; a stranger sees this one alone."""
    who = visitor()
    for grant in who.grants:
        for place in (one for one in PLACES if one.name == grant.page):  # a report is no page
            st.switch_page(place.path, query_params={"week": str(grant.week_id)})
    heading("LLM Trading Council", "This desk is not open to everybody.")
    unknown = vouched_in_vain()
    st.info(safe(who.why or unknown or "Log in to see it."))
    if unknown:
        st.button("Log out", on_click=st.logout)
    elif has_provider():
        st.button("Log in with your organisation", type="primary", on_click=st.login)
    if passwords() or who.why:
        way("Log in with the password" if passwords() else "Leave the shared page")


def way(label: str) -> None:
    """A link to the login page in this very tab: every other link of Streamlit's opens a new one."""
    st.html(f'<a href="/login?next={quote(_here(), safe="")}">{escape(label)}</a>')


def _here() -> str:
    """The page's own path and query, to come back to."""
    parts = urlsplit(st.context.url or "/")
    query = urlencode({name: st.query_params[name] for name in st.query_params})
    return f"{parts.path or '/'}?{query}" if query else parts.path or "/"


def signed(who: Visitor) -> None:
    """The sidebar's line on who looks, unless it is the operator."""
    if who.role is not Role.OPERATOR:
        st.sidebar.caption(f"You read as {safe(who.name)}.")
    with st.sidebar:
        _way_out(who)


def _way_out(who: Visitor) -> None:
    """Out of a login; in, where the pages are open to all; back, for the person at this machine."""
    facts = asked()
    if logged_in():
        st.button("Log out", on_click=st.logout)
    elif SESSION_COOKIE in facts.cookies:
        way("Log out")
    elif who == PUBLIC and passwords():
        way("Log in")
    elif who.role is Role.GUEST and facts.is_local:
        way("Leave the shared page")
