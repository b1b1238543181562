"""Saying something to the desk from a page: one command, one line of what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from core.access import only_operator
from core.clock import SystemClock
from core.errors import CouncilError
from core.tracing import traced
from pages.http.store import commands_store
from pages.ui.safe import safe
from pages.ui.visitor import visitor
from storage.event_store import SqlEventStore

CLOCK = SystemClock()
SHOWN_S = 60.0
"""An answer is worth reading for so long: the page is drawn again many times meanwhile."""


def command(card: str, do: Callable[[SqlEventStore], str], reason: str | None = None) -> None:
    """Do it on the open store, under a trace of its own; ``card`` will show its line, or its refusal.

    The field ``reason`` is emptied once what was written there is on record. A click is not
    trusted: whatever the page showed, the role is asked for again here, and the core asks whether
    it may be done.
    """
    try:
        only_operator(visitor())
        with commands_store() as store, traced():
            answer = (True, do(store))
    except CouncilError as error:
        answer = (False, str(error))
    else:
        if reason is not None:
            st.session_state[reason] = ""
    st.session_state[_place(card)] = (*answer, time.monotonic())


def answered(card: str) -> None:
    """The line of the card's last command, while it is new."""
    fine, line, at = st.session_state.get(_place(card), (True, "", 0.0))
    if line and time.monotonic() - at < SHOWN_S:
        (st.success if fine else st.error)(safe(_without_options(line)))


def by() -> str:
    """Whose word it is, as the event keeps it."""
    return visitor().name


def typed(key: str) -> str:
    """What stands in a text field; "" before anybody wrote."""
    return str(st.session_state.get(key) or "").strip()


def _place(card: str) -> str:
    return f"{card}:answer"


def _without_options(line: str) -> str:
    """Pages have fields where a terminal has options."""
    for option in ("--set: ", "--set ", " with --reason"):
        line = line.replace(option, "")
    return line.replace("give --reason TEXT", "write it beside the button")
