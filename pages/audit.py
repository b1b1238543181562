"""Audit: every event there is, found by a filter, whole, and whether the chains hold.

``?week=…&run=…&type=…&stream=…&text=…`` filters, ``event=`` opens one, ``page=`` is where the list begins.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import audit_data, data
from pages.ui.audit_address import asked_filter, asked_page, opened_event
from pages.ui.chain_card import chain_card
from pages.ui.components import empty_desk, heading
from pages.ui.download_card import download_card
from pages.ui.event_card import event_card, unknown_event
from pages.ui.event_notes import event_notes
from pages.ui.events_card import events_card
from storage.queries.reader import EMPTY

state = data.now()
if state.version == EMPTY:
    heading("Audit", "Every event of the log, whole, and whether its chains hold.")
    empty_desk()
    st.stop()

newest = audit_data.newest(state)
heading(
    "Audit",
    f"{newest:,} events, append-only, each with the hash of the one before it · times are New York's",
)
asked, opened = asked_filter(state), opened_event()
shown = audit_data.found(state, asked, asked_page())

if opened is not None:
    event = audit_data.event(state, opened)
    with st.container(border=True):
        if event is None:
            unknown_event(opened)
        else:
            event_card(state, event)
    if event is not None:
        event_notes(event)
with st.container(border=True):
    events_card(shown, asked)

left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    chain_card(state, newest)
with right.container(border=True, height="stretch"):
    download_card(state, asked)
