"""Share links as the Operations page lists them: kept until the log moves."""

from __future__ import annotations

import streamlit as st

from pages.ui.data import KEPT, KEYS, StoreState
from storage.queries.access import ShareLine, shares

LISTED = 50


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def links(state: StoreState) -> tuple[ShareLine, ...]:
    """The newest ones, newest first; they hold no token."""
    return shares(state.reader, LISTED)
