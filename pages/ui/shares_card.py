"""Share links: making one, which there are, when they were opened, and taking one back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import streamlit as st

from config.signing import made_signer
from config.tokens import share_link
from core.types import WeekId
from pages.http.store import web_settings
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command
from pages.ui.format import moment, short_moment, week
from pages.ui.places import PLACES
from pages.ui.rows import as_table
from storage.event_store import SqlEventStore
from storage.passes import create_share, revoke_share
from storage.queries.access import ShareLine

CARD, PAGE, WEEK, DAYS, CHOICE = (
    "shares",
    "share page",
    "share week",
    "share days",
    "share to revoke",
)
MADE = "share link made"
TITLES = {place.name: place.title for place in PLACES if place.shareable}
SHOWN_S = 300.0
"""A new link stays on the page of whoever made it for so long, and is shown nowhere again."""
A_MONTH, LONGEST = 30, 365


def shares_card(lines: Sequence[ShareLine], weeks: Sequence[WeekId]) -> None:
    """For operators alone."""
    card_head(
        "Share links",
        "each opens one page of one week to whoever holds it, until it ends or is taken back",
        stream="system/shares",
    )
    answered(CARD)
    _new_link()
    if weeks:
        _make(weeks)
    if not lines:
        st.markdown(":gray[Nothing was shared yet.]")
        return
    now = CLOCK.now()
    st.dataframe(
        as_table([_row(line, now) for line in lines]),
        hide_index=True,
        height="content",
        alt="Share links, newest first",
    )
    _take_back([line for line in lines if line.is_open(now)])


def _make(weeks: Sequence[WeekId]) -> None:
    page, chosen, days, button = st.columns([2, 3, 2, 2], vertical_alignment="bottom")
    page.selectbox("Page", list(TITLES), format_func=TITLES.__getitem__, key=PAGE)
    chosen.selectbox("Of week", weeks, format_func=week, key=WEEK)
    days.number_input("Days", 1, LONGEST, A_MONTH, key=DAYS)
    button.button("Make a link", type="primary", width="stretch", on_click=_make_now)


def _make_now() -> None:
    scope = (str(st.session_state[PAGE]), WeekId(st.session_state[WEEK]))
    days = int(st.session_state[DAYS])

    def do(store: SqlEventStore) -> str:
        settings = web_settings()
        signer = made_signer(settings)
        made = create_share(store, scope, days, by(), CLOCK)
        link = share_link(settings, signer, made.share_id, _here())
        st.session_state[MADE] = (link, time.monotonic())
        return f"The link is good until {moment(made.expires_at)}. It is shown this once: copy it"

    command(CARD, do)


def _new_link() -> None:
    link, at = st.session_state.get(MADE, ("", 0.0))
    if link and time.monotonic() - at < SHOWN_S:
        st.code(link, language=None, wrap_lines=True)


def _here() -> str | None:
    """Where this page was opened: scheme, host and port."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def _row(line: ShareLine, now: datetime) -> dict[str, object]:
    return {
        "link": line.share_id,
        "page": TITLES.get(line.page, line.page),
        "week": week(line.week_id),
        "made": short_moment(line.created_at),
        "by": line.created_by,
        "state": _state(line, now),
        "first opened": _at(line.first_opened_at),
        "last opened": _at(line.last_opened_at),
        "hours opened in": line.opened,
    }


def _state(line: ShareLine, now: datetime) -> str:
    if line.revoked_at is not None:
        return f"taken back {short_moment(line.revoked_at)}"
    word = "open until" if line.is_open(now) else "over since"
    return f"{word} {short_moment(line.expires_at)}"


def _at(instant: datetime | None) -> str:
    return "never" if instant is None else short_moment(instant)


def _take_back(lines: Sequence[ShareLine]) -> None:
    if not lines:
        return
    names = {
        line.share_id: f"{TITLES.get(line.page, line.page)}, {week(line.week_id)} · {line.share_id}"
        for line in lines
    }
    with st.popover("Take a link back"):
        st.markdown("Whoever has it open sees nothing of it from the next look on.")
        st.selectbox("Link", list(names), format_func=names.__getitem__, key=CHOICE)
        st.button("Take it back", key="revoke share", on_click=_revoke_now)


def _revoke_now() -> None:
    share_id = str(st.session_state.get(CHOICE, ""))

    def do(store: SqlEventStore) -> str:
        revoke_share(store, share_id, by(), CLOCK)
        return f"Link {share_id} opens nothing any more"

    command(CARD, do)
