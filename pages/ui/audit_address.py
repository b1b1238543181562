"""The audit page's address: its filter in fields, and which event and page it opens."""

from __future__ import annotations

import re
from typing import Unpack

import streamlit as st

from pages.ui import audit_data, data
from pages.ui.data import StoreState
from pages.ui.evidence import Filter
from storage.queries.event_filter import EventFilter

FIELDS = ("week", "run", "type", "stream", "text")
CHOICES = ("week", "type")
EVENT, PAGE = "event", "page"
NAME = re.compile(r"[A-Za-z0-9._:/+@=-]{1,200}")
"""What ids and types are made of; anything else in the address names none."""
LONGEST, LONGEST_POSITION = 200, 18


def asked_filter(state: StoreState) -> EventFilter:
    """The row of fields; each is a parameter of the address."""
    with st.grid(5, min_column_width=150, gap="small"):
        _choice("Week", "week", list(data.week_ids(state)))
        _choice("Type", "type", list(audit_data.types(state)))
        _words("Stream", "stream", "account/acct_5, or run/ for all below")
        _words("Run", "run", "a run's id")
        _words("Text", "text", "in what an event says")
    said = {name: st.session_state.get(name) for name in FIELDS}
    return EventFilter(**{name: value.strip() for name, value in said.items() if value})


def asked_page() -> int | None:
    """The position at which the list begins; None for the newest."""
    given = st.query_params.get(PAGE, "")
    return int(given) if _is_position(given) else None


def opened_event() -> str | None:
    """The id (or position) of the event that is open."""
    return st.query_params.get(EVENT) or None


def turn_to(position: int | None) -> None:
    """Callback: the list from this position on, the newest for None."""
    if position is None:
        st.query_params.pop(PAGE, None)
    else:
        st.query_params[PAGE] = str(position)


def open_event(event_id: str | None) -> None:
    """Callback: show this event, or none."""
    if event_id is None:
        st.query_params.pop(EVENT, None)
    else:
        st.query_params[EVENT] = event_id


def ask_for(page: int | None = None, **wanted: Unpack[Filter]) -> None:
    """Callback: this filter alone, from its top or from a position on."""
    for name in FIELDS:
        st.session_state[name] = wanted.get(name) or (None if name in CHOICES else "")
    turn_to(page)


def _choice(label: str, name: str, known: list[str]) -> None:
    """A value of the address that the log does not have is asked for all the same: it finds nothing."""
    given = st.session_state.get(name) or st.query_params.get(name, "")
    if given and given not in known and NAME.fullmatch(given):
        known.append(given)
    st.selectbox(
        label,
        known,
        index=None,
        placeholder="any",
        key=name,
        bind="query-params",
        on_change=_from_the_top,
    )


def _words(label: str, name: str, about: str) -> None:
    st.text_input(
        label,
        max_chars=LONGEST,
        placeholder=about,
        key=name,
        bind="query-params",
        on_change=_from_the_top,
    )


def _from_the_top() -> None:
    turn_to(None)


def _is_position(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) <= LONGEST_POSITION
