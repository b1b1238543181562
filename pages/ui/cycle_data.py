"""What the cycle page reads: the newest cycles and one of them, kept until the log moves."""

from __future__ import annotations

import streamlit as st

from pages.ui.data import KEPT, KEYS, StoreState
from storage.queries.cycle_heard import CycleHeard, cycle_heard
from storage.queries.cycles import CycleDetail, CycleLine, cycle_detail, cycles


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def newest(state: StoreState) -> tuple[CycleLine, ...]:
    """Newest first."""
    return cycles(state.reader)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def one(state: StoreState, cycle_id: str) -> CycleDetail | None:
    return cycle_detail(state.reader, cycle_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def heard(state: StoreState, cycle_id: str) -> CycleHeard | None:
    return cycle_heard(state.reader, cycle_id)
