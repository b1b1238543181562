"""Who looks at a page, found out anew at every run and in every callback."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.access import Visitor
from core.types import WeekId
from pages.http.access import door, has_provider, visitor_of
from pages.http.asked import Asked, asked_with

LOOPBACK = "127.0.0.1"


def visitor() -> Visitor:
    """Whoever holds the session at this moment: logged out or revoked, it is a stranger's."""
    return visitor_of(asked(), door())


def may_steer() -> bool:
    """Whether controls are worth drawing; `commanding.command` asks again whatever was drawn."""
    return visitor().may_steer


def may_see(week_id: WeekId) -> bool:
    """Whether this week is open to the visitor: a guest's share link grants one."""
    who = visitor()
    return who.may_read or who.granted_week == week_id


def open_weeks(weeks: tuple[WeekId, ...]) -> tuple[WeekId, ...]:
    """Those of these weeks that are open to the visitor, in their order."""
    who = visitor()
    return weeks if who.may_read else tuple(one for one in weeks if one == who.granted_week)


def routes_know() -> bool:
    """Whether HTTP routes let this visitor read: they know nothing of a provider's login."""
    return visitor_of(replace(asked(), email=None), door()).may_read


def vouched_in_vain() -> str:
    """Why somebody whom an identity provider has logged in is nobody here; "" for all others."""
    if not logged_in():
        return ""
    if _email() is None:
        return "Your organisation logged you in without vouching for an e-mail address."
    return (
        f"You are logged in as {_email()}, an address this desk does not know: "
        "ask its operator to list it."
    )


def asked() -> Asked:
    """The facts of the handshake this session came with; a test without a browser gives its own.

    Streamlit gives no address for a peer on this machine, nor for a session nobody holds: that one
    has no headers either.
    """
    shown = st.context.headers
    headers = [(name, value) for name in shown for value in shown.get_all(name)]
    peer = st.context.ip_address or (LOOPBACK if headers else None)
    return asked_with(peer, headers, st.context.cookies, _email())


def logged_in() -> bool:
    """Whether an identity provider vouches for the visitor.

    Without a provider Streamlit is not even asked: it would read its secrets anew.
    """
    return has_provider() and bool(st.user.get("is_logged_in"))


def _email() -> str | None:
    """The address an identity provider vouches for; None when it does not say so itself."""
    if not logged_in() or st.user.get("email_verified") is not True:
        return None
    email = st.user.get("email")
    return email if isinstance(email, str) else None
