"""The filtered events as a file of JSON lines."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui.components import card_title
from pages.ui.data import StoreState
from storage.queries.event_export import MOST_BYTES, MOST_EVENTS, export_lines
from storage.queries.event_filter import EventFilter


def download_card(state: StoreState, asked: EventFilter) -> None:
    """Made when it is asked for, from the log as it is then."""
    card_title("Download", "the filter above, one event a line, newest first")
    search = " The text is looked for in so many events." if asked.text else ""
    st.markdown(
        f"At most {MOST_EVENTS:,} events or {MOST_BYTES // 1_000_000} MB; a last line says where a "
        f"longer file was cut off.{search} Everything: `cli.py export` and `cli.py backup`."
    )
    st.download_button(
        "Download as JSON lines",
        partial(export_lines, state.reader, asked),
        file_name="events.jsonl",
        mime="application/x-ndjson",
        on_click="ignore",
    )
