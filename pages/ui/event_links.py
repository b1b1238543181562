"""From an event to the pages it concerns and to the events it belongs with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.ui import audit_data
from pages.ui.audit_address import ask_for, open_event
from pages.ui.data import StoreState
from pages.ui.places import link
from storage.queries.one_event import WholeEvent

NAMED = ("causation", "correlation")
NEARBY = 2_000
"""A trace is looked for from so many events after this one on: most of it lies close by."""


def event_links(state: StoreState, event: WholeEvent) -> None:
    with st.container(horizontal=True, gap="small"):
        _pages(event)
        _question(state, event)
        _together(event)


def _pages(event: WholeEvent) -> None:
    kind, _, name = event.stream_id.partition("/")
    if event.week_id:
        link("week", ":small[Its week]", week=event.week_id)
    if event.run_id:
        link("runs", ":small[Its run]", run=event.run_id)
    if kind == "account":
        link("accounts", ":small[Its account]", account=name)
    if kind == "conversation":
        link("chat", ":small[Its conversation]", conversation=name)


def _question(state: StoreState, event: WholeEvent) -> None:
    """What was asked, where this is what was answered."""
    if event.payload.get("request_hash") and not event.type.endswith("Requested"):
        asked = audit_data.question(state, event.event_id)
        if asked is not None:
            _leads("What was asked", partial(open_event, asked))


def _together(event: WholeEvent) -> None:
    """Events of the same stream, run, week, type and trace, and those it names as its cause."""
    _leads("Its stream", partial(ask_for, stream=event.stream_id))
    if event.run_id:
        _leads("All of its run", partial(ask_for, run=event.run_id))
    if event.week_id:
        _leads("All of its week", partial(ask_for, week=event.week_id))
    _leads("All of its type", partial(ask_for, type=event.type))
    trace = event.telemetry.get("trace_id")
    if isinstance(trace, str):
        _leads("Its trace", partial(ask_for, event.position + NEARBY, text=trace))
    for name in NAMED:
        told = event.metadata.get(name)
        if isinstance(told, str):
            _leads(f"Its {name}", partial(open_event, told))


def _leads(label: str, there: Callable[[], None]) -> None:
    """Within this page: a link to the page one is on would be drawn as where one is."""
    st.button(label, on_click=there, type="tertiary", key=f"leads to {label}")
