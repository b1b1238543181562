"""What the postmortem page reads beside the week itself, kept until the log moves."""

from __future__ import annotations

import streamlit as st

from core.types import WeekId
from pages.ui.data import KEPT, KEYS, StoreState
from storage.queries.postmortems import WeekText, week_text


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def text(state: StoreState, week_id: WeekId) -> WeekText | None:
    return week_text(state.reader, week_id)
