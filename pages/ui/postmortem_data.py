"""What the postmortem page reads beside the week itself, kept until the log moves."""

from __future__ import annotations

import streamlit as st

from core.types import WeekId
from pages.ui.data import KEPT, KEYS, StoreState
from storage.queries.postmortems import WeekText, newest_postmortem, week_text


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def text(state: StoreState, week_id: WeekId) -> WeekText | None:
    return week_text(state.reader, week_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def newest(state: StoreState) -> WeekId | None:
    """The week the page opens with: the newest one that has a postmortem."""
    return newest_postmortem(state.reader)
